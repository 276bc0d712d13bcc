#include "mote/codegen/kernel_text.h"

#include <algorithm>
#include <map>
#include <set>

#include "mote/base/embedded.h"
#include "mote/base/error.h"
#include "mote/codegen/c_items.h"

namespace mote {
/// Every .h and .c file below mote/kernels but for those that are compiled for one host processor.
std::span<const EmbeddedText> kernel_texts();
}  // namespace mote

namespace mote::codegen {
namespace {

using Kind = CItem::Kind;

struct Entity {
  CItem item;
  std::string path;  // of its file
  bool is_local;     // to its file: statics and macros of a .c
  std::vector<std::string> uses = {};
};

bool is_definition(const CItem& item) { return item.kind != Kind::kDeclaration; }

/// All sources, parsed once.
class Sources {
 public:
  Sources() {
    for (const EmbeddedText& source : kernel_texts()) {
      for (CItem& item : parse_c(source.text).items) {
        if (item.kind != Kind::kInvocation) {
          add(std::move(item), source.name);
        } else {
          invocations_.push_back({std::move(item), std::string(source.name), false});
        }
      }
    }
    // Macros of all files are known now.
    for (size_t i = 0; i < invocations_.size(); ++i) expand_invocation(Entity(invocations_[i]));
  }

  /// What `name` means in the file `path`; nullptr: nothing of the kernels.
  const Entity* find(const std::string& name, const std::string& path) const {
    const auto [begin, end] = by_name_.equal_range(name);
    const Entity* best = nullptr;
    int best_rank = 0;
    for (auto it = begin; it != end; ++it) {
      const Entity& entity = entities_[it->second];
      const bool same_file = entity.path == path;
      if (entity.is_local && !same_file) continue;
      const int rank = 1 + (is_definition(entity.item) ? 2 : 0) + (same_file ? 1 : 0);
      if (rank > best_rank) best = &entity;
      best_rank = std::max(rank, best_rank);
    }
    return best;
  }

 private:
  void add(CItem item, std::string_view path) {
    const bool in_c = path.ends_with(".c");
    const bool local = in_c && (item.is_static || item.kind == Kind::kMacro ||
                                item.kind == Kind::kType || item.kind == Kind::kConditional);
    Entity entity{std::move(item), std::string(path), local};
    entity.uses = used_names(entity.item.text);
    for (const std::string& name : entity.item.names) by_name_.emplace(name, entities_.size());
    entities_.push_back(std::move(entity));
  }

  void expand_invocation(const Entity& invocation) {
    const std::vector<std::string> uses = used_names(invocation.item.text);
    const Entity* macro = uses.empty() ? nullptr : find(uses.front(), invocation.path);
    if (macro == nullptr || macro->item.kind != Kind::kMacro) return;
    bool first = true;
    for (CItem& item : parse_c(expand(macro->item, invocation.item.text)).items) {
      if (first && item.comment.empty()) item.comment = invocation.item.comment;
      first = false;
      if (item.kind == Kind::kInvocation) {
        expand_invocation({std::move(item), invocation.path, false});
      } else {
        add(std::move(item), invocation.path);
      }
    }
  }

  std::vector<Entity> entities_;
  std::vector<Entity> invocations_;
  std::multimap<std::string, size_t> by_name_;
};

const Sources& sources() {
  static const Sources all;
  return all;
}

/// What is reached, each after what it uses.
class Reached {
 public:
  void add(const Entity& entity) {
    if (!seen_.insert(&entity).second) return;
    for (const std::string& name : entity.uses) {
      const Entity* used = sources().find(name, entity.path);
      if (used != nullptr && used != &entity) add(*used);
    }
    order_.push_back(&entity);
  }
  const std::vector<const Entity*>& order() const { return order_; }

 private:
  std::set<const Entity*> seen_;
  std::vector<const Entity*> order_;
};

// "conv_2d/mcu_dsp.c" -> "conv_2d_mcu_dsp".
std::string stem_of(const std::string& path) {
  std::string stem = path.substr(0, path.rfind('.'));
  std::ranges::replace(stem, '/', '_');
  return stem;
}

// Names that two files give to things of their own get the file's name in front.
std::map<const Entity*, std::vector<Renaming>> renamings_of(const std::vector<const Entity*>& all) {
  std::map<std::string, std::set<std::string>> files;
  for (const Entity* entity : all) {
    for (const std::string& name : entity->item.names) files[name].insert(entity->path);
  }
  std::map<std::string, std::vector<Renaming>> by_file;
  for (const auto& [name, paths] : files) {
    if (paths.size() < 2) continue;
    for (const std::string& path : paths)
      by_file[path].push_back({name, stem_of(path) + "_" + name});
  }
  std::map<const Entity*, std::vector<Renaming>> result;
  for (const Entity* entity : all) {
    const auto found = by_file.find(entity->path);
    if (found != by_file.end()) result[entity] = found->second;
  }
  return result;
}

// Where what every call needs is declared.
constexpr std::string_view kContract = "kernel.h";

std::string printed(const Entity& entity, const std::vector<Renaming>& renamings) {
  const CItem& item = entity.item;
  const bool needs_static =
      (item.kind == Kind::kFunction || item.kind == Kind::kData) && !item.is_static;
  return item.comment + (needs_static ? "static " : "") + rename(item.text, renamings) + "\n\n";
}

}  // namespace

KernelText kernel_text(std::span<const mote_kernel* const> kernels) {
  Reached reached;
  reached.add(*sources().find("mote_kernel_args", std::string(kContract)));
  std::vector<const Entity*> entries;
  for (const mote_kernel* kernel : kernels) {
    const Entity* entry = sources().find(kernel->entry, kernel->source);
    if (entry == nullptr || entry->item.kind != Kind::kFunction) {
      throw_error(ErrorKind::kInternal, "{} of {} is not found in {}", kernel->entry, kernel->name,
                  kernel->source);
    }
    entries.push_back(entry);
    reached.add(*entry);
  }
  std::map<const Entity*, std::vector<Renaming>> renamings = renamings_of(reached.order());
  KernelText result;
  std::map<const Entity*, std::string> called;
  for (size_t i = 0; i < kernels.size(); ++i) {
    // An entry is called by the name of its kernel, so that a reader finds the row; one that two
    // rows share, by the first.
    const auto [at, is_new] = called.emplace(entries[i], kernels[i]->name);
    result.functions.push_back(at->second);
    if (!is_new) continue;
    std::vector<Renaming>& own = renamings[entries[i]];
    std::erase_if(own, [&](const Renaming& r) { return r.from == kernels[i]->entry; });
    own.push_back({kernels[i]->entry, kernels[i]->name});
  }
  for (const Entity* entity : reached.order()) result.code += printed(*entity, renamings[entity]);
  return result;
}

}  // namespace mote::codegen
