// MFCCs in fixed point (fixed_mfcc.h) for hosts, and their tables as C for a firmware.
//
//   const FixedMfcc front_end({});                      // 30 ms, 20 ms, 40 bands, 10 coefficients
//   Tensor features = front_end(to_int16(clip.samples));  // [49, 10] for one second at 16 kHz
//   write_file("front_end_tables.h", print_mfcc_tables(front_end));
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/data/fixed_mfcc.h"
#include "mote/data/mel.h"

namespace mote::data {

class FixedMfcc {
 public:
  /// Throws what check(options) throws.
  explicit FixedMfcc(const MelOptions& options);
  FixedMfcc(const FixedMfcc&) = delete;
  FixedMfcc& operator=(const FixedMfcc&) = delete;

  /// f32 [frames, coefficients], all multiples of 1 / 128. Throws kInvalidArgument when `samples`
  /// is shorter than a window.
  Tensor operator()(std::span<const int16_t> samples) const;

  /// Point into this object.
  const mote_mfcc_tables& tables() const { return tables_; }

 private:
  void add_shares(const MelOptions& options);

  bool normalize_peak_;
  std::vector<uint16_t> window_;
  std::vector<mote_complex32> twiddles_;
  std::vector<mote_mfcc_share> shares_;
  std::vector<uint16_t> log2_table_;
  std::vector<int32_t> dct_;
  mote_mfcc_tables tables_ = {};
};

/// A header that defines `static const mote_mfcc_tables mfcc_tables` and the extents that a
/// firmware's buffers need: MFCC_WINDOW, MFCC_STRIDE, MFCC_FFT, MFCC_BANDS, MFCC_COEFFICIENTS.
std::string print_mfcc_tables(const FixedMfcc& front_end);

}  // namespace mote::data
