// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/request_head.hpp"

#include <algorithm>
#include <array>

#include "exporter/http_status.hpp"
#include "exporter/http_text.hpp"

namespace hnv::exporter::front {

namespace {

using Refusal = std::optional<RequestRefusal>;

Refusal refuse(int status, std::string reason) {
  return RequestRefusal{status, std::move(reason)};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// tchar of RFC 9110.
bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

bool is_printable(char c) {
  return c == ' ' || is_visible(c);
}

bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char letter = lower(c);
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a') + 10;
  return std::nullopt;
}

// Empty for a broken escape and for a control character, however it was written.
std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    char c = text[index];
    if (c == '%') {
      if (index + 2 >= text.size()) return std::nullopt;
      const auto high = hex_value(text[index + 1]);
      const auto low = hex_value(text[index + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high * 16 + *low);
      index += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return std::nullopt;
    result.push_back(c);
  }
  return result;
}

// remove_dot_segments of RFC 3986, which also takes a repeated slash for one.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  bool ends_in_folder = true;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    ends_in_folder = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!ends_in_folder) {
      segments.push_back(segment);
    }
  }
  std::string result;
  for (const std::string_view segment : segments) result.append("/").append(segment);
  return ends_in_folder ? result + "/" : result;
}

Refusal read_target(std::string_view target, RequestHead& head) {
  if (!std::all_of(target.begin(), target.end(), is_visible) ||
      target.find('#') != std::string_view::npos) {
    return refuse(kBadRequest, "the target has characters that must be escaped");
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (lowered(target.substr(0, scheme.size())) != scheme) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    if (path == std::string_view::npos || target[path] != '/') {
      return refuse(kBadRequest, "the target has no path");
    }
    target.remove_prefix(path);
    break;
  }
  if (target.empty() || target.front() != '/') {
    return refuse(kBadRequest, "the target has no path");
  }
  const auto question = std::min(target.find('?'), target.size());
  const auto path = decoded(target.substr(0, question));
  if (!path) return refuse(kBadRequest, "the path has a broken escape or a control character");
  head.path = without_dot_segments(*path);
  if (question < target.size()) head.query = target.substr(question + 1);
  return std::nullopt;
}

Refusal read_request_line(std::string_view line, RequestHead& head, bool& is_new) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(kBadRequest, "the first line is no request");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return refuse(kBadRequest, "the method is no word");
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return refuse(kBadRequest, "the first line is no request");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(kVersionNotSupported, "spoken here: HTTP/1.1 and HTTP/1.0");
  }
  is_new = version == "HTTP/1.1";
  if (method != "GET" && method != "HEAD") {
    return refuse(kMethodNotAllowed, "allowed: GET and HEAD");
  }
  head.is_head = method == "HEAD";
  return read_target(target, head);
}

Refusal read_header(std::string_view line, RequestHead& head) {
  const auto colon = line.find(':');
  // Also refuses a folded line and a blank before the colon, which parsers have read differently.
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(kBadRequest, "a header has no proper name");
  }
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_char)) {
    return refuse(kBadRequest, "a header has a control character");
  }
  head.headers.emplace_back(lowered(line.substr(0, colon)), value);
  return std::nullopt;
}

Refusal check_headers(RequestHead& head, bool is_new) {
  std::array<std::size_t, 2> counts{};
  static constexpr std::array<std::string_view, 2> kOnce = {"host", "content-length"};
  for (const auto& [name, value] : head.headers) {
    for (std::size_t index = 0; index < kOnce.size(); ++index) {
      if (name == kOnce[index]) ++counts[index];
    }
  }
  if (counts[0] > 1 || (is_new && counts[0] == 0)) {
    return refuse(kBadRequest, "Host is needed, once");
  }
  if (head.header("transfer-encoding")) return refuse(kBadRequest, "no body is taken");
  if (const auto length = head.header("content-length")) {
    if (counts[1] > 1 || length->empty() ||
        !std::all_of(length->begin(), length->end(), is_digit)) {
      return refuse(kBadRequest, "Content-Length is no number");
    }
    if (length->find_first_not_of('0') != std::string::npos) {
      return refuse(kContentTooLarge, "no body is taken");
    }
  }
  if (head.header("expect")) return refuse(kExpectationFailed, "nothing can be expected");
  return std::nullopt;
}

bool names_token(const std::optional<std::string>& list, std::string_view token) {
  std::string_view rest = list ? std::string_view(*list) : std::string_view();
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (lowered(trimmed(rest.substr(0, comma))) == token) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

// Of a head that has not come to its end.
RequestReading read_part(std::string_view bytes, const Limits& limits) {
  // A TLS hello, a port scanner's probe: no need to wait for more.
  if (!bytes.empty() && !is_token_char(bytes.front())) {
    return RequestRefusal{kBadRequest, "this is no HTTP"};
  }
  if (bytes.find(kLineEnd) == std::string_view::npos && bytes.size() > limits.request_line) {
    return RequestRefusal{kTargetTooLong, "the first line is too long"};
  }
  if (bytes.size() >= limits.head) return RequestRefusal{kFieldsTooLarge, "the head is too long"};
  return RequestIncomplete{};
}

// Everything but "/" and what needs no escape.
std::string encoded(std::string_view path) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : path) {
    if (is_alnum(c) || std::string_view("/-._~").find(c) != std::string_view::npos) {
      result.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return result;
}

std::string relayed_target(const RequestHead& head) {
  std::string target = encoded(head.path);
  if (!head.query.empty()) target.append("?").append(head.query);
  return target;
}

}  // namespace

std::optional<std::string> RequestHead::header(std::string_view name) const {
  std::optional<std::string> joined;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

RequestReading read_request_head(std::string_view bytes, const Limits& limits) {
  const auto end = bytes.substr(0, limits.head).find(kHeadEnd);
  if (end == std::string_view::npos) return read_part(bytes, limits);
  RequestHead head;
  head.size = end + kHeadEnd.size();
  std::string_view rest = bytes.substr(0, end + kLineEnd.size());
  const auto next_line = [&rest] {
    const auto line_end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, line_end);
    rest.remove_prefix(line_end + kLineEnd.size());
    return line;
  };
  const std::string_view request_line = next_line();
  if (request_line.size() > limits.request_line) {
    return RequestRefusal{kTargetTooLong, "the first line is too long"};
  }
  bool is_new = false;
  if (auto refused = read_request_line(request_line, head, is_new)) return *refused;
  if (relayed_target(head).size() > limits.request_line) {
    return RequestRefusal{kTargetTooLong, "the target is too long once it is escaped"};
  }
  while (!rest.empty()) {
    if (head.headers.size() == limits.header_fields) {
      return RequestRefusal{kFieldsTooLarge, "too many headers"};
    }
    if (auto refused = read_header(next_line(), head)) return *refused;
  }
  if (auto refused = check_headers(head, is_new)) return *refused;
  head.keep_alive = is_new && !names_token(head.header("connection"), "close");
  return head;
}

std::string to_relay(const RequestHead& head) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRelayed = {{
      {"accept", "Accept"},
      {"accept-encoding", "Accept-Encoding"},
      {"x-prometheus-scrape-timeout-seconds", "X-Prometheus-Scrape-Timeout-Seconds"},
  }};
  std::string text = head.is_head ? "HEAD " : "GET ";
  text.append(relayed_target(head))
      .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n");
  for (const auto& [name, shown] : kRelayed) {
    const auto value = head.header(name);
    if (value && std::all_of(value->begin(), value->end(), is_printable)) {
      text.append(shown).append(": ").append(*value).append("\r\n");
    }
  }
  return text.append("\r\n");
}

}  // namespace hnv::exporter::front
