# The flags of every build type, on one interface target: costagg_flags.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug" FORCE)
endif()
# assert() guards invariants of money: it stays in the release too.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-Og -g3")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g3")

add_library(costagg_flags INTERFACE)
target_compile_definitions(costagg_flags INTERFACE _GNU_SOURCE)
target_compile_options(costagg_flags INTERFACE
    -Wall -Wextra -Wshadow -Wconversion
    # Messages are cut at the end of their buffer on purpose.
    $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wvla>
    $<$<BOOL:${COSTAGG_WERROR}>:-Werror>
    # Unsafe string calls do not compile in C.
    "$<$<COMPILE_LANGUAGE:C>:SHELL:-include \"${CMAKE_CURRENT_SOURCE_DIR}/src/base/poison.h\">"
    # The same sums on every machine: no fused multiply-add behind the source's back.
    -ffp-contract=off
    -fno-omit-frame-pointer
    # Reproducible: no path of the building machine in the program.
    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")

# Hardening.
include(CheckPIESupported)
check_pie_supported()
target_compile_options(costagg_flags INTERFACE -fstack-protector-strong)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
    target_compile_options(costagg_flags INTERFACE -fstack-clash-protection -fcf-protection)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT COSTAGG_SANITIZE)
    target_compile_options(costagg_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(costagg_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

if(COSTAGG_SANITIZE)
    target_compile_options(costagg_flags INTERFACE
        "-fsanitize=${COSTAGG_SANITIZE}" -fno-sanitize-recover=all)
    target_link_options(costagg_flags INTERFACE "-fsanitize=${COSTAGG_SANITIZE}")
endif()
if(COSTAGG_COVERAGE)
    # Atomic counters: workers count the same lines at once.
    target_compile_options(costagg_flags INTERFACE --coverage -fprofile-update=atomic -O0)
    target_link_options(costagg_flags INTERFACE --coverage)
endif()
if(COSTAGG_FUZZ)
    target_compile_options(costagg_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
