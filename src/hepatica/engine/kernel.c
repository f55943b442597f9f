/* Ensemble solver: one patient after another, Rodas5P (Steinebach 2023), generated model included.
 *
 * Rodas5P is linearly implicit, of order 5 with an embedded order 4 and a dense output of order 4:
 * one Jacobian and one LU a step, eight stages. Doses stop the step exactly; a threshold event is
 * located on the dense output. A patient that fails gets a status, never stops the others.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include MODEL_HEADER

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

enum { STAGES = 8, CROSSINGS = 8 };
static const double GAMMA = 0.21193756319429014;
static const double A[8][8] = {
  {0},
  {3.0},
  {2.849394379747939, 0.45842242204463923},
  {-6.954028509809101, 2.489845061869568, -10.358996098473584},
  {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
  {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946},
  {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1.0},
  {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1.0, 1.0}};
static const double C[8][8] = {
  {0},
  {-14.155112264123755},
  {-17.97296035885952, -2.859693295451294},
  {147.12150275711716, -1.41221402718213, 71.68940251302358},
  {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
  {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471},
  {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
   -28.087943162872662},
  {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
   -54.66780262877968, -9.48861652309627}};
static const double H[3][8] = {
  {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073,
   1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
  {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044,
   15.98066361424651, -6.789040303419874, -6.710236069923372},
  {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654,
   -59.78993625266729, -0.15582684282751913, 4.883087185713722}};

typedef struct {
  double y[NS], next[NS], p[NP], c[NC], f[NS], J[NJ], L[NLU], k[STAGES][NS], dense[3][NS], stage[NS], rate[NS], o[NO];
  const double *scale;
  double rtol;
} Work;

static double norm(const Work *w, const double *e, const double *a, const double *b) {
  double sum = 0.0;
  for (int i = 0; i < NS; i++) {
    double size = fmax(fabs(a[i]), fabs(b[i]));
    double r = e[i] / (w->rtol * (w->scale[i] + size));
    sum += r * r;
  }
  return sqrt(sum / NS);
}

/* One stage; `s` is a constant wherever this is called, so that the sums over earlier stages unroll. */
static inline __attribute__((always_inline)) void stage(Work *restrict w, double inverse, const int s) {
  double *restrict k = w->k[s];
  for (int i = 0; i < NS; i++) {
    double v = w->y[i];
    for (int j = 0; j < s; j++) v += A[s][j] * w->k[j][i];
    w->stage[i] = v;
  }
  if (s == 0) memcpy(k, w->f, sizeof w->f);
  else m_rates(w->stage, w->p, w->c, k);
  for (int i = 0; i < NS; i++) {
    double v = 0.0;
    for (int j = 0; j < s; j++) v += C[s][j] * w->k[j][i];
    k[i] += v * inverse + (s ? w->rate[i] : 0.0);
  }
  m_solve(w->L, k);
}

/* One attempt of size h from w->y; fills w->next and the stages, returns the scaled error. */
static double attempt(Work *w, double h) {
  double inverse = 1.0 / h;
  m_factor(w->J, inverse / GAMMA, w->L);
  stage(w, inverse, 0); stage(w, inverse, 1); stage(w, inverse, 2); stage(w, inverse, 3);
  stage(w, inverse, 4); stage(w, inverse, 5); stage(w, inverse, 6); stage(w, inverse, 7);
  for (int i = 0; i < NS; i++) w->next[i] = w->stage[i] + w->k[STAGES - 1][i];
  return norm(w, w->k[STAGES - 1], w->y, w->next);
}

static void densify(Work *w) {
  for (int r = 0; r < 3; r++)
    for (int i = 0; i < NS; i++) {
      double v = 0.0;
      for (int s = 0; s < STAGES; s++) v += H[r][s] * w->k[s][i];
      w->dense[r][i] = v;
    }
}

static double between(const Work *w, int i, double t) {
  double u = 1.0 - t;
  return u * w->y[i] + t * (w->next[i] + u * (w->dense[0][i] + t * (w->dense[1][i] + t * w->dense[2][i])));
}

static void linearise(Work *w) {
  m_jacobian(w->y, w->p, w->c, w->f, w->J);
  for (int i = 0; i < NS; i++) w->f[i] += w->rate[i];
}

static double first_step(const Work *w) {
  static const double zero[NS];
  double d1 = norm(w, w->f, w->y, zero) * w->rtol;
  return d1 > 0.0 ? fmin(0.1, 0.5 * pow(w->rtol, 0.2) / d1) : 0.1;
}

typedef struct {
  long n, n_times, n_out, max_steps;
  const double *parameters, *initial, *times, *scale, *thresholds, *event_time, *event_amount;
  const long long *event_offset, *event_state, *event_kind, *out_index;
  double start, rtol;
  double *values, *final, *crossings;
  long long *status, *steps, *rejected;
} Batch;

static void store(const Batch *b, Work *w, const double *y, long patient, long row) {
  m_outputs(y, w->p, w->c, w->o);
  double *to = b->values + (patient * b->n_times + row) * b->n_out;
  for (long k = 0; k < b->n_out; k++) to[k] = w->o[b->out_index[k]];
}

static void solve_one(const Batch *b, Work *w, long patient) {
  const double *thresholds = b->thresholds + patient * NE * CROSSINGS;
  double *crossings = b->crossings + patient * NE * CROSSINGS;
  double target[NE + 1];
  int crossed[NE + 1];
  long row = 0, event = b->event_offset[patient], last = b->event_offset[patient + 1], steps = 0, rejected = 0;
  int infusing = 0, status = 0, fresh = 1, refused = 0;
  double t = b->start, end = b->times[b->n_times - 1], h = 0.0, error_before = 1e-4;

  memcpy(w->p, b->parameters + patient * NP, sizeof w->p);
  memcpy(w->y, b->initial + patient * NS, sizeof w->y);
  memset(w->rate, 0, sizeof w->rate);
  m_prepare(w->p, w->c);
  for (int e = 0; e < NE; e++) { target[e] = w->y[HAZARD[e]] + thresholds[e * CROSSINGS]; crossed[e] = 0; }
  for (int i = 0; i < NS; i++) if (!isfinite(w->y[i])) status = 3;

  while (status == 0) {
    while (event < last && b->event_time[event] <= t) { /* doses due now */
      long s = b->event_state[event];
      if (b->event_kind[event] == 0) w->y[s] += b->event_amount[event];
      else {
        w->rate[s] += b->event_amount[event];
        infusing += b->event_amount[event] > 0.0 ? 1 : -1;
        if (infusing == 0) memset(w->rate, 0, sizeof w->rate); /* no rounding left over */
      }
      event++;
      fresh = 1;
    }
    while (row < b->n_times && b->times[row] <= t) store(b, w, w->y, patient, row++);
    if (t >= end) break;
    double stop = event < last && b->event_time[event] < end ? b->event_time[event] : end;

    linearise(w);
    if (fresh) { h = first_step(w); error_before = 1e-4; fresh = 0; refused = 0; }
    for (;;) { /* until a step is accepted */
      double left = stop - t;
      int hits = h >= left * (1.0 - 1e-12);
      double step = hits ? left : (h > 0.5 * left ? 0.5 * left : h);
      double error = attempt(w, step);
      if (!(error < 1e300)) error = 1e10;
      if (++steps > b->max_steps) { status = 1; break; }
      if (error > 1.0) {
        h = step * fmax(0.1, 0.9 * pow(error, -0.2));
        refused = 1;
        rejected++;
        if (h < 1e-13) { status = 2; break; }
        continue;
      }
      error = fmax(error, 1e-6);
      double grow = 0.9 * pow(error, -0.14) * pow(error_before, 0.08);
      grow = fmin(refused ? 1.0 : 6.0, fmax(0.2, grow));
      error_before = error;
      refused = 0;
      double reach = 1.0; /* share of the step before a threshold is crossed */
      int which = -1, have_dense = 0;
      for (int e = 0; e < NE; e++)
        if (crossed[e] < CROSSINGS && w->next[HAZARD[e]] >= target[e]) {
          if (!have_dense) { densify(w); have_dense = 1; }
          double low = 0.0, high = reach;
          if (between(w, HAZARD[e], high) < target[e]) continue;
          for (int it = 0; it < 60; it++) {
            double mid = 0.5 * (low + high);
            if (between(w, HAZARD[e], mid) >= target[e]) high = mid; else low = mid;
          }
          reach = high;
          which = e;
        }
      double to = which >= 0 ? t + reach * step : (hits ? stop : t + step);
      while (row < b->n_times && b->times[row] < to) {
        if (!have_dense) { densify(w); have_dense = 1; }
        double share = (b->times[row] - t) / step;
        for (int i = 0; i < NS; i++) w->stage[i] = between(w, i, share);
        store(b, w, w->stage, patient, row++);
      }
      if (which >= 0) {
        for (int i = 0; i < NS; i++) w->stage[i] = between(w, i, reach);
        memcpy(w->y, w->stage, sizeof w->y);
        m_jump(which, w->y, w->p, w->c);
        crossings[which * CROSSINGS + crossed[which]++] = to;
        if (crossed[which] < CROSSINGS) target[which] += thresholds[which * CROSSINGS + crossed[which]];
        fresh = 1;
      } else memcpy(w->y, w->next, sizeof w->y);
      t = to;
      h = step * grow;
      break;
    }
  }
  if (status != 0) {
    for (long k = 0; k < b->n_times * b->n_out; k++) b->values[patient * b->n_times * b->n_out + k] = NAN;
    for (int i = 0; i < NS; i++) w->y[i] = NAN;
  }
  memcpy(b->final + patient * NS, w->y, sizeof w->y);
  b->status[patient] = status;
  b->steps[patient] = steps;
  b->rejected[patient] = rejected;
}

EXPORT int hepatica_solve(const Batch *b, long from, long to) {
  Work *w = malloc(sizeof *w);
  if (!w) return 1;
  w->scale = b->scale;
  w->rtol = b->rtol;
  for (long i = from; i < to; i++) solve_one(b, w, i);
  free(w);
  return 0;
}
