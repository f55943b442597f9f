/* Where a step's time goes: each part of the kernel over and over, nanoseconds for all lanes; and the peak of fused
 * multiply-adds. Built by ensemble.py beside the generated model. */
#include <time.h>
#include "kernel.c"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

#define MEASURE(k, what) { \
    double best = 1e30; \
    for (int round = 0; round < 15; round++) { \
      double t = now(); \
      for (int i = 0; i < 500; i++) { what; __asm__ volatile("" ::: "memory"); } \
      t = (now() - t) / 500; \
      if (t < best) best = t; \
    } \
    out[k] = best; \
  }

/* out: constants, rates, jacobian, factor, solve, outputs, norm, dense output, a whole attempt; then lanes and peak. */
EXPORT void profile(const double *parameters, const double *initial, const double *scale, double *out) {
  Work *w = calloc(1, sizeof *w + 64);
  w = (Work *)(((uintptr_t)w + 63) & ~(uintptr_t)63);
  Batch b = {.rtol = 1e-6, .scale = scale};
  unsigned char want[NQ];
  V h = splat(0.01);
  w->b = &b;
  memset(want, 1, sizeof want);
  for (int l = 0; l < W; l++) {
    for (int i = 0; i < NP; i++) w->p[i][l] = parameters[l * NP + i];
    for (int i = 0; i < NS; i++) w->y[i][l] = initial[l * NS + i];
  }
  m_prepare(w->p, w->c);
  MEASURE(0, m_prepare(w->p, w->c))
  MEASURE(1, m_rates(w->y, w->p, w->c, w->f))
  MEASURE(2, m_jacobian(w->y, w->p, w->c, w->f, w->J))
  MEASURE(3, m_factor(w->J, w->p, w->c, 1.0 / (h * GAMMA), w->L))
  MEASURE(4, memcpy(w->u, w->f, sizeof w->u); m_solve(w->L, w->u))
  MEASURE(5, m_outputs(w->y, w->p, w->c, want, w->q))
  MEASURE(6, w->u[0] = norm(w, w->f, w->y, w->y))
  MEASURE(7, w->densified = 0; densify(w))
  MEASURE(8, w->u[0] = attempt(w, h))
  out[9] = W;
  V a[12], x = splat(0.999999), y = splat(1e-9), s = splat(0.0);
  double best = 1e30;
  for (int round = 0; round < 5; round++) {
    for (int k = 0; k < 12; k++) a[k] = splat(1.0 + k);
    double t = now();
    for (int i = 0; i < 1000000; i++) for (int k = 0; k < 12; k++) a[k] = a[k] * x + y;
    t = now() - t;
    for (int k = 0; k < 12; k++) s += a[k];
    if (t < best) best = t;
  }
  out[10] = 24e6 * W / best + (s[0] > 1e30 ? 1.0 : 0.0); /* operations a nanosecond */
}
