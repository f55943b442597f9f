/* The elementary functions of lanes.h over arrays, for test_lanes.py. */
#include "lanes.h"
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
#define OVER(name, call) \
  EXPORT void name(const double *x, const double *n, double *out, int64_t count) { \
    for (int64_t i = 0; i < count; i += W) { \
      V a, b; \
      for (int l = 0; l < W; l++) { a[l] = x[i + l]; b[l] = n[i + l]; } \
      a = call; \
      for (int l = 0; l < W; l++) out[i + l] = a[l]; \
    } \
  }
OVER(lanes_exp, vexp(a))
OVER(lanes_log, vlog(a))
OVER(lanes_pow, power(a, b))
OVER(lanes_tanh, vtanh(a))
