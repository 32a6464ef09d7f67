// SPDX-License-Identifier: Apache-2.0
// One spelling per enumerator, shared by logs, metric labels, the status file and the
// configuration.
//
//   template <> struct hnv::base::EnumNames<Mode> {
//     static constexpr auto names = std::to_array<std::string_view>({"observe", "repair",
//     "enforce"});
//   };
//
// The enumerators must be 0, 1, 2, ... in the order of `names`.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hnv::base {

template <class E>
struct EnumNames;

template <class E>
inline constexpr std::size_t kEnumCount = EnumNames<E>::names.size();

// "unknown" for a value that has no name, such as one from a newer kernel.
template <class E>
constexpr std::string_view name_of(E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kEnumCount<E> ? EnumNames<E>::names[index] : std::string_view("unknown");
}

template <class E>
constexpr std::optional<E> value_of(std::string_view name) {
  const auto& names = EnumNames<E>::names;
  const auto* found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

// "observe, repair, enforce": for messages that say what would be right.
template <class E>
std::string list_of_names() {
  std::string list;
  for (const std::string_view name : EnumNames<E>::names) {
    if (!list.empty()) list.append(", ");
    list.append(name);
  }
  return list;
}

// Counts or durations, one for each enumerator.
template <class E, class T>
class EnumArray {
 public:
  T& operator[](E key) { return values_[static_cast<std::size_t>(key)]; }
  const T& operator[](E key) const { return values_[static_cast<std::size_t>(key)]; }
  bool operator==(const EnumArray&) const = default;

 private:
  std::array<T, kEnumCount<E>> values_{};
};

// All enumerators, for loops.
template <class E>
constexpr std::array<E, kEnumCount<E>> all_values() {
  std::array<E, kEnumCount<E>> values{};
  for (std::size_t index = 0; index < values.size(); ++index) {
    values[index] = static_cast<E>(index);
  }
  return values;
}

}  // namespace hnv::base
