// Decompression of deflate streams whose size is known or bounded before memory is taken.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mote::data {

/// Deflate cannot expand by more than this (zlib technical notes: 1032:1), so a file that claims
/// more is refused before anything is allocated.
inline constexpr size_t kMaxDeflateRatio = 1032;

/// Whether `bytes` begin with the gzip signature (RFC 1952).
bool is_gzip(std::span<const std::byte> bytes);

/// The content of a gzip file, one or several members. Throws kInvalidArgument naming `name` when
/// the stream is damaged, or larger than `max_bytes`.
std::vector<std::byte> gunzip(std::span<const std::byte> bytes, const std::string& name,
                              size_t max_bytes = size_t{1} << 32);

/// A raw deflate stream (zip members) of exactly `size_bytes` bytes. Throws kInvalidArgument.
std::vector<std::byte> inflate_raw(std::span<const std::byte> bytes, size_t size_bytes,
                                   const std::string& name);

}  // namespace mote::data
