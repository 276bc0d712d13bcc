// Every row of the kernel table that can be printed, printed.
#include "mote/codegen/kernel_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "mote/kernels/kernel_table.h"
#include "mote/kernels/params_layout.h"

namespace mote::codegen {
namespace {

std::vector<const mote_kernel*> printed_rows() {
  std::vector<const mote_kernel*> rows;
  const mote_kernel* row = nullptr;
  for (int32_t i = 0; (row = mote_kernel_at(i)) != nullptr; ++i) {
    if (row->source != nullptr) rows.push_back(row);
  }
  return rows;
}

TEST(KernelText, has_the_entry_of_every_printed_row) {
  const std::vector<const mote_kernel*> rows = printed_rows();
  ASSERT_GT(rows.size(), 100u);
  for (const mote_kernel* row : rows) {
    const KernelText text = kernel_text({&row, 1});
    EXPECT_NE(text.code.find("static void " + text.functions.at(0) + "(const mote_kernel_args* "),
              std::string::npos)
        << row->name << " of " << row->source;
  }
}

TEST(KernelText, has_one_name_for_things_of_one_name_in_two_files) {
  // Both files have statics called `run`, `overlap` and the like.
  const std::vector<const mote_kernel*> rows = printed_rows();
  const KernelText all = kernel_text(rows);
  EXPECT_EQ(all.functions.size(), rows.size());
  std::vector<std::string> names = all.functions;
  std::ranges::sort(names);
  // Rows that share an entry are called by one name; nothing else is.
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t k = i + 1; k < rows.size(); ++k) {
      const bool same_entry = std::string_view(rows[i]->entry) == rows[k]->entry &&
                              std::string_view(rows[i]->source) == rows[k]->source;
      EXPECT_EQ(all.functions[i] == all.functions[k], same_entry)
          << rows[i]->name << " and " << rows[k]->name;
    }
  }
}

int64_t size_of(const mote_field& field) {
  if (field.pointed != nullptr) return static_cast<int64_t>(sizeof(void*));
  int64_t element = 0;
  switch (field.type) {
    case MOTE_FIELD_TYPE_I8:
    case MOTE_FIELD_TYPE_U8:
      element = 1;
      break;
    case MOTE_FIELD_TYPE_I16:
    case MOTE_FIELD_TYPE_U16:
      element = 2;
      break;
    case MOTE_FIELD_TYPE_I32:
    case MOTE_FIELD_TYPE_F32:
      element = 4;
      break;
    case MOTE_FIELD_TYPE_I64:
      element = 8;
      break;
    case MOTE_FIELD_TYPE_STRUCT:
      element = field.of->size;
      break;
  }
  return element * std::max(field.count, 1);
}

// Fields follow each other with less than a word of padding between them, to the end.
void expect_complete(const mote_struct& layout) {
  int64_t end = 0;
  for (const mote_field* field = layout.fields; field->name != nullptr; ++field) {
    EXPECT_GE(field->offset, end) << layout.name << "." << field->name;
    EXPECT_LT(field->offset - end, 8)
        << "something is missing before " << layout.name << "." << field->name;
    if (field->offset - end >= 4) {
      // Only what needs 8 bytes of alignment follows 4 bytes of padding.
      EXPECT_TRUE(field->pointed != nullptr || field->type == MOTE_FIELD_TYPE_I64 ||
                  field->type == MOTE_FIELD_TYPE_STRUCT)
          << layout.name << "." << field->name;
    }
    if (field->of != nullptr) expect_complete(*field->of);
    end = field->offset + size_of(*field);
  }
  EXPECT_LT(layout.size - end, 8) << "something is missing at the end of " << layout.name;
}

TEST(ParamsLayout, of_every_printed_family_has_all_fields) {
  for (const mote_kernel* row : printed_rows()) {
    const mote_kernel* described = nullptr;
    const mote_kernel* other = nullptr;
    for (int32_t i = 0; (other = mote_kernel_at(i)) != nullptr; ++i) {
      if (std::string_view(other->family) == row->family && other->params_layout != nullptr) {
        described = other;
      }
    }
    ASSERT_NE(described, nullptr) << row->family << " has no params_layout";
    expect_complete(*described->params_layout);
  }
}

}  // namespace
}  // namespace mote::codegen
