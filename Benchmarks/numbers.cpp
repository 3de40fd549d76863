// The peer of the number engine: Google's libphonenumber in C++, as Debian builds it. Reads the files of NumberBench.
//
//   numbers answers FILE     what is read from each line: validity, type, E.164, national
//   numbers parse FILE SECONDS | national FILE SECONDS | find FILE SECONDS

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumbermatch.h>
#include <phonenumbers/phonenumbermatcher.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberMatch;
using i18n::phonenumbers::PhoneNumberMatcher;
using i18n::phonenumbers::PhoneNumberUtil;

static std::vector<std::pair<std::string, std::string>> samples(const char *path) {
    std::vector<std::pair<std::string, std::string>> found;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        const size_t tab = line.rfind('\t');
        found.emplace_back(line.substr(0, tab), line.substr(tab + 1));
    }
    return found;
}

static const char *name(PhoneNumberUtil::PhoneNumberType type) {
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE: return "fixed_line";
    case PhoneNumberUtil::MOBILE: return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return "fixed_line_or_mobile";
    case PhoneNumberUtil::TOLL_FREE: return "toll_free";
    case PhoneNumberUtil::PREMIUM_RATE: return "premium_rate";
    case PhoneNumberUtil::SHARED_COST: return "shared_cost";
    case PhoneNumberUtil::VOIP: return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER: return "personal_number";
    case PhoneNumberUtil::PAGER: return "pager";
    case PhoneNumberUtil::UAN: return "uan";
    case PhoneNumberUtil::VOICEMAIL: return "voicemail";
    default: return "unknown";
    }
}

// Processor time of this process, as on the other side: other processes on the machine do not count.
static double now() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

template <typename Body> static double rate(double seconds, Body body) {
    body();
    long runs = 0;
    const double start = now();
    for (;;) {
        body();
        runs += 1;
        const double took = now() - start;
        if (took >= seconds) return runs / took;
    }
}

int main(int count, char **arguments) {
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    const std::string what = count > 2 ? arguments[1] : "";
    const double seconds = count > 3 ? atof(arguments[3]) : 1;
    if (what == "answers") {
        PhoneNumber number;
        std::string e164, national;
        for (const auto &sample : samples(arguments[2])) {
            if (util.Parse(sample.first, sample.second, &number) != PhoneNumberUtil::NO_PARSING_ERROR) {
                puts("refused");
                continue;
            }
            util.Format(number, PhoneNumberUtil::E164, &e164);
            util.Format(number, PhoneNumberUtil::NATIONAL, &national);
            printf("%s\t%s\t%s\t%s\n", util.IsValidNumber(number) ? "valid" : "invalid",
                   name(util.GetNumberType(number)), e164.c_str(), national.c_str());
        }
    } else if (what == "parse") {
        const auto numbers = samples(arguments[2]);
        size_t valid = 0;
        std::string e164;
        const double runs = rate(seconds, [&] {
            PhoneNumber number;
            for (const auto &sample : numbers) {
                if (util.Parse(sample.first, sample.second, &number) != PhoneNumberUtil::NO_PARSING_ERROR) continue;
                valid += util.IsValidNumber(number);
                valid += util.GetNumberType(number) == PhoneNumberUtil::MOBILE;
                util.Format(number, PhoneNumberUtil::E164, &e164);
                valid += e164.size();
            }
        });
        if (valid == 0) return 1;
        printf("%.0f\n", runs * numbers.size());
    } else if (what == "national") {
        std::vector<PhoneNumber> numbers;
        for (const auto &sample : samples(arguments[2])) {
            PhoneNumber number;
            if (util.Parse(sample.first, sample.second, &number) != PhoneNumberUtil::NO_PARSING_ERROR) continue;
            number.clear_extension();
            numbers.push_back(number);
        }
        size_t bytes = 0;
        std::string text;
        const double runs = rate(seconds, [&] {
            for (const auto &number : numbers) {
                util.Format(number, PhoneNumberUtil::NATIONAL, &text);
                bytes += text.size();
            }
        });
        if (bytes == 0) return 1;
        printf("%.0f\n", runs * numbers.size());
    } else if (what == "find") {
        std::stringstream content;
        content << std::ifstream(arguments[2]).rdbuf();
        const std::string text = content.str();
        size_t found = 0;
        // Line by line: the matcher's time grows faster than its text, and no number reaches across a line break.
        std::vector<std::string> lines;
        for (size_t start = 0; start < text.size();) {
            const size_t end = std::min(text.find('\n', start), text.size());
            lines.push_back(text.substr(start, end - start));
            start = end + 1;
        }
        const double runs = rate(seconds, [&] {
            found = 0;
            for (const auto &line : lines) {
                PhoneNumberMatcher matcher(util, line, "US", PhoneNumberMatcher::VALID, std::numeric_limits<int>::max());
                PhoneNumberMatch match;
                while (matcher.HasNext()) {
                    matcher.Next(&match);
                    found += 1;
                }
            }
        });
        fprintf(stderr, "%zu numbers found\n", found);
        printf("%.0f\n", runs * text.size());
    } else {
        fprintf(stderr, "usage: numbers answers FILE | parse FILE SECONDS | national FILE SECONDS | find FILE SECONDS\n");
        return 64;
    }
    return 0;
}
