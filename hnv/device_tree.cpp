// SPDX-License-Identifier: Apache-2.0
#include "hnv/device_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>

#include "base/unique_fd.hpp"
#include "hnv/property.hpp"

namespace hnv {

namespace {

constexpr std::string_view kHostBridge = "pci@";
constexpr std::string_view kPort = "ethernet";
constexpr std::string_view kVirtual = "vdevice";
constexpr std::string_view kVeth = "l-lan@";
constexpr std::string_view kVnic = "vnic@";

std::optional<std::string> read_checked(int folder, const char* name,
                                        std::vector<std::string>& problems) {
  auto bytes = read_property(folder, name);
  if (bytes) return std::move(*bytes);
  if (bytes.error().code != base::ErrorCode::not_found) {
    problems.push_back(std::string(name) + ": " + bytes.error().reason);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> read_cell(int folder, const char* name,
                                       std::vector<std::string>& problems) {
  const auto bytes = read_checked(folder, name, problems);
  if (!bytes) return std::nullopt;
  const auto value = parse_cell(*bytes);
  // hcnmgr takes the first four bytes whatever follows, and so do we.
  if (!value || bytes->size() != sizeof(*value)) {
    problems.push_back(std::string(name) + ": has " + std::to_string(bytes->size()) +
                       " bytes instead of 4");
  }
  return value;
}

// An open folder of the tree, and its name in findings.
struct Folder {
  base::UniqueFd fd;
  std::string path;  // "" for the root

  [[nodiscard]] std::string path_of(const std::string& child) const {
    return path.empty() ? child : path + "/" + child;
  }
};

class Scanner {
 public:
  DeviceTreeScan scan(const std::filesystem::path& root) {
    Folder top{base::UniqueFd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), ""};
    if (!top.fd) {
      if (errno != ENOENT) note(root.native(), base::errno_text(errno));
      return std::move(result_);
    }
    for (const std::string& name : children(top)) {
      if (name.starts_with(kHostBridge)) {
        visit(top, name, [this](const Folder& bridge) { read_ports(bridge); });
      } else if (name == kVirtual) {
        visit(top, name, [this](const Folder& vdevice) { read_virtual(vdevice); });
      }
    }
    std::sort(result_.nodes.begin(), result_.nodes.end(),
              [](const HnvNode& left, const HnvNode& right) { return left.path < right.path; });
    check_pairs();
    return std::move(result_);
  }

 private:
  void note(const std::string& where, const std::string& what) {
    if (result_.findings.size() < kMostFindings) {
      result_.findings.push_back(parse_text(where) + ": " + what);
    }
  }

  // Sorted names, so that two scans of one tree say the same.
  std::vector<std::string> children(const Folder& folder) {
    std::vector<std::string> names;
    const int own = ::fcntl(folder.fd.get(), F_DUPFD_CLOEXEC, 0);
    if (own < 0) {
      note(folder.path_of("."), base::errno_text(errno));
      return names;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(own), ::closedir);
    if (!listing) {
      ::close(own);
      return names;
    }
    // readdir(3) is safe on a stream that nobody else reads.
    while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe)
      if (names.size() == kMostEntries) {
        note(folder.path_of("."),
             "more than " + std::to_string(kMostEntries) + " entries; the rest is not looked at");
        break;
      }
      names.emplace_back(entry->d_name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Calls `use` with the child's folder. One that has gone since it was listed is no folder any
  // more and nothing to tell: the next scan does not list it.
  template <class Use>
  void visit(const Folder& parent, const std::string& name, Use use) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    Folder folder{base::UniqueFd(::openat(parent.fd.get(), name.c_str(), kFlags)),
                  parent.path_of(name)};
    if (!folder.fd) {
      if (errno != ENOENT) note(folder.path, base::errno_text(errno));
      return;
    }
    use(folder);
  }

  void read_ports(const Folder& bridge) {
    for (const std::string& name : children(bridge)) {
      if (!name.starts_with(kPort)) continue;
      visit(bridge, name, [&](const Folder& port) {
        const auto before = result_.nodes.size();
        add_node(bridge, name, port, NodeType::pci);
        if (result_.nodes.size() == before) return;
        std::vector<std::string> problems;
        result_.nodes.back().drc_index = read_cell(bridge.fd.get(), "ibm,my-drc-index", problems);
        for (const std::string& problem : problems) note(bridge.path, problem);
      });
    }
  }

  void read_virtual(const Folder& vdevice) {
    for (const std::string& name : children(vdevice)) {
      const bool is_veth = name.starts_with(kVeth);
      if (!is_veth && !name.starts_with(kVnic)) continue;
      visit(vdevice, name, [&](const Folder& device) {
        add_node(vdevice, name, device, is_veth ? NodeType::l_lan : NodeType::vnic);
      });
    }
  }

  void add_node(const Folder& parent, const std::string& name, const Folder& folder,
                NodeType type) {
    struct stat status {};
    const auto exists = [&status](const Folder& in, const char* entry) {
      return ::fstatat(in.fd.get(), entry, &status, AT_SYMLINK_NOFOLLOW) == 0;
    };
    if (!exists(folder, "ibm,hcn-id")) return;  // of no interest, whatever else is in it
    std::vector<std::string> problems;
    NodeProperties properties = read_node(folder.fd.get(), problems);
    if (!exists(parent, name.c_str())) {
      // What was read may be half of it: better no node than one without its mode.
      note(folder.path, "vanished while it was read");
      return;
    }
    for (const std::string& problem : problems) note(folder.path, problem);
    if (!properties.hcn_id) return;
    if (result_.nodes.size() == kMostNodes) {
      note(folder.path, "more than " + std::to_string(kMostNodes) + " HNV nodes; not read");
      return;
    }
    result_.nodes.push_back(HnvNode{folder.path, type, *properties.hcn_id, properties.mode,
                                    properties.drc_index, std::move(properties.location),
                                    properties.local_address});
  }

  void check_pairs() {
    std::map<HcnId, std::vector<const HnvNode*>> pairs;
    for (const HnvNode& node : result_.nodes) pairs[node.hcn_id].push_back(&node);
    for (const auto& [id, nodes] : pairs) {
      for (const HcnMode mode : base::all_values<HcnMode>()) {
        std::string paths;
        unsigned count = 0;
        for (const HnvNode* node : nodes) {
          if (node->mode != mode) continue;
          paths.append(count++ == 0 ? "" : ", ").append(node->path);
        }
        if (count < 2) continue;
        note("hcn-id " + to_string(id), std::to_string(count) + " devices of mode " +
                                            std::string(base::name_of(mode)) + ": " + paths);
      }
    }
    if (pairs.size() > kMostHcnIds) {
      note("hcn-ids", std::to_string(pairs.size()) + "; a partition has at most " +
                          std::to_string(kMostHcnIds));
    }
  }

  DeviceTreeScan result_;
};

}  // namespace

NodeProperties read_node(int folder, std::vector<std::string>& problems) {
  NodeProperties properties;
  if (const auto id = read_cell(folder, "ibm,hcn-id", problems)) properties.hcn_id = HcnId{*id};
  if (const auto bytes = read_checked(folder, "ibm,hcn-mode", problems)) {
    const std::string mode = parse_text(*bytes);
    properties.mode = base::value_of<HcnMode>(mode);
    if (!properties.mode) {
      constexpr std::size_t kEnough = 20;
      problems.push_back("ibm,hcn-mode: '" + mode.substr(0, kEnough) + "' is not one of " +
                         base::list_of_names<HcnMode>());
    }
  }
  properties.drc_index = read_cell(folder, "ibm,my-drc-index", problems);
  if (const auto bytes = read_checked(folder, "ibm,loc-code", problems)) {
    properties.location = parse_text(*bytes);
  }
  if (const auto bytes = read_checked(folder, "local-mac-address", problems)) {
    properties.local_address = parse_local_address(*bytes);
    if (!properties.local_address) {
      problems.push_back("local-mac-address: has " + std::to_string(bytes->size()) +
                         " bytes instead of 6 or 8");
    }
  }
  return properties;
}

DeviceTreeScan scan_device_tree(const std::filesystem::path& root) {
  return Scanner().scan(root);
}

std::optional<NodeType> node_type_of(std::string_view path) {
  if (path.starts_with(kHostBridge)) return NodeType::pci;
  if (!path.starts_with(kVirtual)) return std::nullopt;
  path.remove_prefix(kVirtual.size());
  if (path.starts_with("/" + std::string(kVeth))) return NodeType::l_lan;
  if (path.starts_with("/" + std::string(kVnic))) return NodeType::vnic;
  return std::nullopt;
}

}  // namespace hnv
