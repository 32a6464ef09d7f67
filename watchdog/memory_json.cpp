// SPDX-License-Identifier: Apache-2.0
// The codec of the memory. Each member is named once, in visit(): a Writer and a Reader take the
// same walk.
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>
#include <utility>

#include "watchdog/memory.hpp"

namespace hnv::watchdog {

namespace {

using Json = nlohmann::ordered_json;
using base::BootTime;
using bond::IfIndex;

// Thrown and caught in this file only, beside the library's own exceptions.
class BadMemory : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr std::chrono::hours kFarthestDeadline{24};

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, Penalty>
void visit(Codec& codec, State& penalty) {
  codec("value", penalty.value);
  codec("since", penalty.since);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, DampingState>
void visit(Codec& codec, State& damping) {
  codec("penalty", damping.penalty);
  codec("suppressed_since", damping.suppressed_since);
  codec("saved", damping.saved);
  codec("in_force", damping.in_force);
  codec("gave_way", damping.gave_way);
}

// What is left out is about one loss of a carrier, which is over.
template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, FastFailoverState>
void visit(Codec& codec, State& fast) {
  codec("last_loss", fast.last_loss);
  codec("moves", fast.moves);
  codec("exhausted", fast.exhausted);
  codec("owed", fast.owed);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, PathFailoverState>
void visit(Codec& codec, State& path) {
  codec("moved", path.moved);
  codec("owed", path.owed);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, PolicyState>
void visit(Codec& codec, State& state) {
  codec("sriov", state.sriov);
  codec("healthy_since", state.healthy_since);
  codec("inactive_since", state.inactive_since);
  codec("failures", state.failures);
  codec.deadline("retry_at", state.retry_at);
  codec("last_write", state.last_write);
  codec("last_move", state.last_move);
  codec("moves", state.moves);
  codec("reasserted", state.reasserted);
  codec("confirmed", state.confirmed);
  codec("primary_losses", state.primary_losses);
  codec("damping", state.damping);
  codec("fast_failover", state.fast);
  codec.younger("path", state.path);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, OpenFailover>
void visit(Codec& codec, State& open) {
  codec("at", open.at);
  codec("before_since", open.before_since);
  codec("from", open.failover.from);
  codec("to", open.failover.to);
  codec("direction", open.failover.direction);
  codec("cause", open.failover.cause);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, RecorderMemory>
void visit(Codec& codec, State& recorder) {
  codec("active_known", recorder.active_known);
  codec("active", recorder.active);
  codec("active_since", recorder.active_since);
  codec("open", recorder.open);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, KernelCounts::Slave>
void visit(Codec& codec, State& slave) {
  codec("link_failures", slave.link_failures);
  codec("carrier_losses", slave.carrier_losses);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, KernelCounts>
void visit(Codec& codec, State& counts) {
  codec("carrier_losses", counts.carrier_losses);
  codec("slaves", counts.slaves);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, BondMemory>
void visit(Codec& codec, State& bond) {
  codec("name", bond.name);
  codec("ifindex", bond.index);
  codec("policy", bond.policy);
  codec("recorder", bond.recorder);
  codec("kernel", bond.kernel);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, FrameKey>
void visit(Codec& codec, State& frame) {
  codec("system_id", frame.system_id);
  codec("model", frame.model);
}

// The time of a note comes from the file's, which another clock may have put into the future.
template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, HookNote>
void visit(Codec& codec, State& hook) {
  codec("phase", hook.phase);
  codec.deadline("at", hook.at);
  codec("stamp", hook.stamp);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, MigrationState::KnownBond>
void visit(Codec& codec, State& bond) {
  codec("sriov_enslaved", bond.sriov_enslaved);
  codec("departed", bond.departed);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, MigrationState::Window>
void visit(Codec& codec, State& window) {
  codec("since", window.since);
  codec("last_sign", window.last_sign);
  codec("awaited", window.awaited);
  codec("awaits_all", window.awaits_all);
  codec("identity_changed", window.identity_changed);
  codec("kind", window.kind);
  codec("hooked", window.hooked);
  codec("overdue", window.overdue);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, MigrationState::Arrival>
void visit(Codec& codec, State& arrival) {
  codec("kind", arrival.kind);
  codec.deadline("deadline", arrival.deadline);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, MigrationState>
void visit(Codec& codec, State& state) {
  codec("disturbed", state.disturbed);
  codec("hcnmgr_seen", state.hcnmgr_seen);
  codec("configuring", state.configuring);
  codec("dlpar_seen", state.dlpar_seen);
  codec("dlpar_since", state.dlpar_since);
  codec("frame", state.frame);
  codec("identity_changed", state.identity_changed);
  codec("hook", state.hook);
  codec("hook_is_done", state.hook_is_done);
  codec("bonds", state.bonds);
  codec("window", state.window);
  codec("arrival", state.arrival);
  codec("stuck", state.stuck);
}

template <class Codec, class State>
requires std::is_same_v<std::remove_const_t<State>, Memory>
void visit(Codec& codec, State& memory) {
  codec("bonds", memory.bonds);
  codec("migration", memory.migration);
}

// What is empty is left out.
class Writer {
 public:
  template <class T>
  void operator()(const char* name, const T& value) {
    json_[name] = json_of(value);
  }
  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) json_[name] = json_of(*value);
  }
  template <class T>
  void deadline(const char* name, const T& time) {
    (*this)(name, time);
  }
  template <class T>
  void younger(const char* name, const T& value) {
    (*this)(name, value);
  }

  template <class T>
  static Json json_of(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return base::name_of(value);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return value;
    } else {
      Writer writer;
      visit(writer, value);
      return std::move(writer.json_);
    }
  }
  static Json json_of(BootTime time) { return time.time_since_epoch().count(); }
  static Json json_of(IfIndex index) { return index.value; }
  template <class T>
  static Json json_of(const std::vector<T>& values) {
    return list_of(values);
  }
  static Json json_of(const std::set<IfIndex>& values) { return list_of(values); }
  // Pairs of a key and a value.
  template <class T>
  static Json json_of(const std::map<IfIndex, T>& values) {
    Json list = Json::array();
    for (const auto& [index, value] : values) {
      list.push_back(Json::array({json_of(index), json_of(value)}));
    }
    return list;
  }

 private:
  template <class Values>
  static Json list_of(const Values& values) {
    Json list = Json::array();
    for (const auto& value : values) list.push_back(json_of(value));
    return list;
  }

  Json json_ = Json::object();
};

class Reader {
 public:
  Reader(const Json& json, BootTime now, BootTime latest)
      : json_(json), now_(now), latest_(latest) {}

  template <class T>
  void operator()(const char* name, T& value) const {
    read(json_.at(name), value);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) const {
    if (!json_.contains(name)) return;
    value = T{};
    read(json_.at(name), *value);
  }
  template <class T>
  void deadline(const char* name, T& time) const {
    Reader later(json_, now_, now_ + kFarthestDeadline);
    later(name, time);
  }
  // What a watchdog before an upgrade may not have kept yet.
  template <class T>
  void younger(const char* name, T& value) const {
    if (json_.contains(name)) (*this)(name, value);
  }

  template <class T>
  void read(const Json& json, T& value) const {
    if constexpr (std::is_enum_v<T>) {
      const auto name = json.get<std::string>();
      const auto known = base::value_of<T>(name);
      if (!known) throw BadMemory("'" + name + "' is not one of " + base::list_of_names<T>());
      value = *known;
    } else if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
      value = unsigned_from<T>(json);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      json.get_to(value);
    } else {
      if (!json.is_object()) throw BadMemory("an object is expected");
      Reader reader(json, now_, now_);
      visit(reader, value);
    }
  }
  void read(const Json& json, BootTime& time) const {
    time = BootTime(base::BootClock::duration(json.get<std::int64_t>()));
    if (time < BootTime{} || time > latest_) {
      throw BadMemory("a time of this boot is expected, not " + json.dump());
    }
  }
  void read(const Json& json, IfIndex& index) const { read(json, index.value); }
  template <class T>
  void read(const Json& json, std::vector<T>& values) const {
    for (const Json& entry : json) read(entry, values.emplace_back());
  }
  void read(const Json& json, std::set<IfIndex>& values) const {
    for (const Json& entry : json) {
      IfIndex index;
      read(entry, index);
      values.insert(index);
    }
  }
  template <class T>
  void read(const Json& json, std::map<IfIndex, T>& values) const {
    for (const Json& entry : json) {
      IfIndex index;
      read(entry.at(0), index);
      read(entry.at(1), values[index]);
    }
  }

 private:
  // The library would wrap a number that does not fit.
  template <class T>
  static T unsigned_from(const Json& json) {
    const auto number = json.is_number_unsigned() ? json.get<std::uint64_t>() : 0;
    if (!json.is_number_unsigned() || number > std::numeric_limits<T>::max()) {
      throw BadMemory("a count is expected, not " + json.dump());
    }
    return static_cast<T>(number);
  }

  const Json& json_;
  BootTime now_;
  BootTime latest_;
};

}  // namespace

std::string encode_memory(const Memory& memory) {
  return Writer::json_of(memory).dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Expected<Memory> decode_memory(std::string_view status, const std::string& file,
                                     BootTime now) {
  const auto bad = [&file](const char* reason) {
    return base::failure(
        base::Error{base::ErrorCode::invalid, "read memory of", file, std::string(reason)});
  };
  try {
    const Json json = Json::parse(status);
    Memory memory;
    Reader reader(json, now, now);
    reader("memory", memory);
    return memory;
  } catch (const Json::exception& problem) {
    return bad(problem.what());
  } catch (const BadMemory& problem) {
    return bad(problem.what());
  }
}

}  // namespace hnv::watchdog
