/* Ensemble solver: W patients side by side, Rodas5P (Steinebach 2023), generated model included.
 *
 * Rodas5P is linearly implicit, of order 5 with an embedded order 4 and a dense output of order 4:
 * one Jacobian and one LU a step, eight stages. Each lane has its own patient, time and step; a lane
 * whose patient is done takes the next one from a counter that all threads share. Doses stop the step
 * exactly; a threshold event is located on the dense output. A patient that fails gets a status, never
 * stops the others. No operation mixes lanes, so a patient's numbers depend on nothing but the patient.
 *
 * With `frozen` set, W rows run in lockstep on the steps of the first: differences between lanes are then
 * derivatives of the numerical solution itself, free of the noise of step control (internal numerical
 * differentiation: Bock 1981, doi 10.1007/978-3-642-68220-9_8).
 */
#include <stdlib.h>
#include <string.h>
#include "interface.h" /* codes and Batch, generated from interface.py */
#include "lanes.h"
#include MODEL_HEADER

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

enum { STAGES = 8 };
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
  int64_t patient, row, event, last, steps, rejected;
  int live, fresh, refused, hits, accepted, infusing, crossed[NE + 1];
  double t, h, size, to, stop, target[NE + 1];
} Lane;

typedef struct {
  V y[NS], next[NS], u[NS], sum[NS], rate[NS], f[NS], k[STAGES][NS], dense[3][NS];
  V p[NP], c[NC], J[NJ], L[NLU], q[NQ];
  const Batch *b;
  Lane lane[W];
  double end;
  int loaded, densified;
} Work;

/* Root mean square of e, each state by its tolerance: rtol (scale + size). */
static V norm(const Work *w, const V *e, const V *a, const V *b) {
  V sum = splat(0.0);
  for (int i = 0; i < NS; i++) {
    V r = e[i] / (w->b->rtol * (w->b->scale[i] + vmax(vabs(a[i]), vabs(b[i]))));
    sum += r * r;
  }
  return vsqrt(sum / NS);
}

/* One stage; `s` is a constant wherever this is called, so that the sums over earlier stages unroll.
 * The last two differ from the sixth by the stage before alone. */
SMALL void stage(Work *restrict w, V inverse, const int s) {
  V *restrict k = w->k[s];
  for (int i = 0; i < NS; i++) {
    V at = s < 6 ? w->y[i] : w->u[i] + w->k[s - 1][i], sum = splat(0.0);
    for (int j = 0; j < s; j++) {
      if (s < 6) at += A[s][j] * w->k[j][i];
      sum += C[s][j] * w->k[j][i];
    }
    w->u[i] = at;
    w->sum[i] = sum * inverse + w->rate[i];
  }
  if (s == 0) memcpy(k, w->f, sizeof w->f);
  else {
    m_rates(w->u, w->p, w->c, k);
    for (int i = 0; i < NS; i++) k[i] += w->sum[i];
  }
  m_solve(w->L, k);
}

/* One attempt from w->y; fills w->next and the stages, returns the scaled error. */
static V attempt(Work *w, V size) {
  V inverse = 1.0 / size;
  m_factor(w->J, w->p, w->c, inverse / GAMMA, w->L);
  stage(w, inverse, 0); stage(w, inverse, 1); stage(w, inverse, 2); stage(w, inverse, 3);
  stage(w, inverse, 4); stage(w, inverse, 5); stage(w, inverse, 6); stage(w, inverse, 7);
  for (int i = 0; i < NS; i++) w->next[i] = w->u[i] + w->k[STAGES - 1][i];
  w->densified = 0;
  V error = norm(w, w->k[STAGES - 1], w->y, w->next);
  for (int i = 0; i < NS; i++) /* a step that leaps below zero may cross the pole of a saturable rate unnoticed */
    error = sel((w->next[i] < -0.01 * w->b->scale[i]) & (w->next[i] < w->y[i]), splat(1e10), error);
  return error;
}

static void densify(Work *w) {
  if (w->densified) return;
  for (int r = 0; r < 3; r++)
    for (int i = 0; i < NS; i++) {
      V v = splat(0.0);
      for (int s = 0; s < STAGES; s++) v += H[r][s] * w->k[s][i];
      w->dense[r][i] = v;
    }
  w->densified = 1;
}

/* State i at a share of the step; shares 0 and 1 give its ends to the last bit. */
SMALL V between(const Work *w, int i, V share) {
  V rest = 1.0 - share;
  return rest * w->y[i] + share * (w->next[i] + rest * (w->dense[0][i] + share * (w->dense[1][i] + share * w->dense[2][i])));
}

static void start_parameters(Work *w) {
  if (w->loaded) m_prepare(w->p, w->c);
  w->loaded = 0;
}

/* Write output row `row[l]` of each lane (none if negative), from states y. */
static void store(Work *w, const V *y, const int64_t *row) {
  const Batch *b = w->b;
  m_outputs(y, w->p, w->c, b->want_quantity, w->q);
  for (int l = 0; l < W; l++) {
    if (row[l] < 0) continue;
    double *to = b->values + (w->lane[l].patient * b->n_times + row[l]) * b->n_out;
    for (int64_t k = 0; k < b->n_out; k++) {
      int64_t i = b->out_index[k];
      to[k] = i < NS ? y[i][l] : w->q[i - NS][l];
    }
  }
}

static void finish(Work *w, int l, int status) {
  const Batch *b = w->b;
  Lane *a = &w->lane[l];
  if (status != STATUS_SOLVED) {
    double *values = b->values + a->patient * b->n_times * b->n_out;
    for (int64_t k = 0; k < b->n_times * b->n_out; k++) values[k] = NAN;
  }
  for (int i = 0; i < NS; i++) b->final[a->patient * NS + i] = status == STATUS_SOLVED ? w->y[i][l] : NAN;
  b->status[a->patient] = status;
  b->steps[a->patient] = a->steps;
  b->rejected[a->patient] = a->rejected;
  a->live = 0;
  __atomic_fetch_add(b->finished, 1, __ATOMIC_RELAXED);
}

/* Doses due now, then the next stop; a lane that has arrived at the end is finished. */
static void arrive(Work *w, int l) {
  const Batch *b = w->b;
  Lane *a = &w->lane[l];
  int dosed = 0;
  for (; a->event < a->last && b->event_time[a->event] <= a->t; a->event++) {
    int64_t s = b->event_state[a->event];
    double amount = b->event_amount[a->event];
    if (b->event_kind[a->event] == EVENT_BOLUS) w->y[s][l] += amount;
    else {
      w->rate[s][l] += amount;
      a->infusing += amount > 0.0 ? 1 : -1;
      if (a->infusing == 0) for (int i = 0; i < NS; i++) w->rate[i][l] = 0.0; /* no rounding left over */
    }
    dosed = 1;
  }
  a->fresh |= dosed;
  a->stop = a->event < a->last && b->event_time[a->event] < w->end ? b->event_time[a->event] : w->end;
  if (a->t < w->end) return;
  while (a->row < b->n_times) {
    int64_t row[W];
    for (int i = 0; i < W; i++) row[i] = i == l ? a->row : -1;
    start_parameters(w);
    store(w, w->y, row);
    a->row++;
  }
  finish(w, l, STATUS_SOLVED);
}

/* Give an idle lane a patient; with steps frozen, lane l takes row l of the next W. */
static int begin(Work *w, int l, int64_t patient) {
  const Batch *b = w->b;
  Lane *a = &w->lane[l];
  int finite = 1;
  *a = (Lane){.patient = patient, .event = b->event_offset[patient], .last = b->event_offset[patient + 1],
              .live = 1, .fresh = 1, .t = b->start};
  for (int i = 0; i < NP; i++) w->p[i][l] = b->parameters[patient * NP + i];
  for (int i = 0; i < NS; i++) {
    w->y[i][l] = b->initial[patient * NS + i];
    w->rate[i][l] = 0.0;
    finite &= isfinite(w->y[i][l]) != 0;
  }
  for (int e = 0; e < NE; e++) a->target[e] = w->y[HAZARD[e]][l] + b->thresholds[(patient * NE + e) * CROSSINGS];
  w->loaded = 1;
  if (!finite) finish(w, l, STATUS_NOT_FINITE_AT_START);
  else arrive(w, l);
  return a->live;
}

static int fill(Work *w) {
  const Batch *b = w->b;
  int live = 0;
  for (int l = 0; l < W; l++) live += w->lane[l].live;
  if (b->frozen) {
    while (!live) {
      int64_t first = __atomic_fetch_add(b->claimed, W, __ATOMIC_RELAXED);
      if (first >= b->n) break;
      for (int l = 0; l < W; l++) live += begin(w, l, first + l);
    }
    return live;
  }
  for (int l = 0; l < W; l++)
    while (!w->lane[l].live) {
      int64_t next = __atomic_fetch_add(b->claimed, 1, __ATOMIC_RELAXED);
      if (next >= b->n) break;
      live += begin(w, l, next);
    }
  return live;
}

/* First step after a dose, from how fast the state moves and how fast that changes (as Hairer, Norsett and Wanner
 * 1993, II.4, but in consistent units): for a decay of rate r from a height a, in tolerances, the error of a step is
 * about a (r h)^5 / 300. */
static V first_steps(Work *w) {
  static const V none[NS];
  V speed = vmax(norm(w, w->f, w->y, none), splat(1e-300)), probe = vmin(splat(1e-4), 1e-3 / (speed * w->b->rtol));
  for (int i = 0; i < NS; i++) w->u[i] = w->y[i] + probe * w->f[i];
  m_rates(w->u, w->p, w->c, w->sum);
  for (int i = 0; i < NS; i++) w->sum[i] = (w->sum[i] + w->rate[i] - w->f[i]) / probe;
  V rate = norm(w, w->sum, w->y, none) / speed, first = power(300.0 * rate / speed, splat(0.2)) / rate;
  return sel(first > 1e-12, vmin(first, splat(0.1)), splat(1e-6)); /* also where nothing moves or a rate is not finite */
}

/* Size of the step of each lane: as far as its error allows, and exactly to its next stop. */
static V sizes(Work *w) {
  V size = splat(1e-6), first = splat(0.1); /* an idle lane goes nowhere */
  int fresh = 0;
  for (int l = 0; l < W; l++) fresh |= w->lane[l].live && w->lane[l].fresh;
  if (fresh) first = first_steps(w);
  for (int l = 0; l < W; l++) {
    Lane *a = &w->lane[l];
    if (!a->live) continue;
    if (a->fresh) { a->h = first[w->b->frozen ? 0 : l]; a->fresh = a->refused = 0; }
    double left = a->stop - a->t;
    a->hits = a->h >= left * (1.0 - 1e-12);
    a->size = a->hits ? left : (a->h > 0.5 * left ? 0.5 * left : a->h);
    size[l] = a->size;
  }
  return size;
}

/* Accept or refuse each lane's step and set the length of its next. */
static void judge(Work *w, V error) {
  error = sel(error < 1e300, error, splat(1e10));
  if (w->b->frozen) error = splat(error[0]);
  V grow = vmin(splat(6.0), vmax(splat(0.1), 0.95 * power(vmax(error, splat(1e-6)), splat(-0.2))));
  for (int l = 0; l < W; l++) {
    Lane *a = &w->lane[l];
    a->accepted = a->live && error[l] <= 1.0;
    if (!a->live) continue;
    a->steps++;
    a->h = a->size * (a->accepted && a->refused ? fmin(grow[l], 1.0) : grow[l]);
    a->refused = !a->accepted;
    a->rejected += a->refused;
    a->to = a->hits ? a->stop : a->t + a->size;
  }
}

/* The first threshold that a lane crosses in this step, if any; moves the lane's arrival there. */
static int crossing(Work *w, int l, double *reach) {
  Lane *a = &w->lane[l];
  int which = -1;
  for (int e = 0; e < NE; e++) {
    int i = HAZARD[e];
    if (a->crossed[e] >= CROSSINGS || !(w->next[i][l] >= a->target[e])) continue;
    densify(w);
    if (between(w, i, splat(*reach))[l] < a->target[e]) continue;
    double low = 0.0, high = *reach;
    for (int it = 0; it < 60; it++) {
      double middle = 0.5 * (low + high);
      if (between(w, i, splat(middle))[l] >= a->target[e]) high = middle; else low = middle;
    }
    *reach = high;
    which = e;
  }
  if (which >= 0) a->to = a->t + *reach * a->size;
  return which;
}

/* Output rows that lie in the steps just made, a row of each lane at a time. */
static void write_rows(Work *w) {
  const Batch *b = w->b;
  for (;;) {
    int64_t row[W];
    V share = splat(0.0);
    int any = 0;
    for (int l = 0; l < W; l++) {
      Lane *a = &w->lane[l];
      row[l] = -1;
      if (!a->accepted || a->row >= b->n_times) continue;
      double time = b->times[a->row];
      int last = a->to == w->end && time == w->end && a->hits && a->event >= a->last; /* nothing more happens at the end */
      if (!(time < a->to || last)) continue;
      share[l] = last ? 1.0 : (time - a->t) / a->size;
      row[l] = a->row++;
      any = 1;
    }
    if (!any) return;
    densify(w);
    for (int i = 0; i < NS; i++) if (b->want_state[i]) w->u[i] = between(w, i, share);
    store(w, w->u, row);
  }
}

/* Take on what was accepted; where a threshold was crossed, the state there and its jump. */
static void move(Work *w, const int *which, V reach) {
  M accepted = (M){0};
  int crossed = 0;
  for (int l = 0; l < W; l++) {
    accepted[l] = w->lane[l].accepted ? -1 : 0;
    crossed |= w->lane[l].accepted && which[l] >= 0;
  }
  if (crossed) {
    for (int i = 0; i < NS; i++) w->next[i] = sel(reach < 1.0, between(w, i, reach), w->next[i]);
    for (int e = 0; e < NE; e++) {
      memcpy(w->u, w->next, sizeof w->u);
      m_jump(e, w->u, w->p, w->c);
      for (int l = 0; l < W; l++)
        if (w->lane[l].accepted && which[l] == e) for (int i = 0; i < NS; i++) w->next[i][l] = w->u[i][l];
    }
  }
  for (int i = 0; i < NS; i++) w->y[i] = sel(accepted, w->next[i], w->y[i]);
}

static void advance(Work *w) {
  const Batch *b = w->b;
  int which[W];
  V reach = splat(1.0);
  for (int l = 0; l < W; l++) {
    which[l] = -1;
    if (!w->lane[l].accepted) continue;
    if (b->frozen && l > 0) { which[l] = which[0]; reach[l] = reach[0]; w->lane[l].to = w->lane[0].to; continue; }
    double share = 1.0;
    which[l] = crossing(w, l, &share);
    reach[l] = share;
  }
  write_rows(w);
  move(w, which, reach);
  for (int l = 0; l < W; l++) {
    Lane *a = &w->lane[l];
    if (!a->live) continue;
    if (a->accepted) {
      a->t = a->to;
      if (which[l] >= 0) {
        int e = which[l];
        const double *thresholds = b->thresholds + (a->patient * NE + e) * CROSSINGS;
        b->crossings[(a->patient * NE + e) * CROSSINGS + a->crossed[e]++] = a->to;
        if (a->crossed[e] < CROSSINGS) a->target[e] += thresholds[a->crossed[e]];
        a->fresh = 1;
        arrive(w, l);
      } else if (a->hits) arrive(w, l);
    } else if (a->h < 1e-13) { finish(w, l, STATUS_STEP_TOO_SMALL); continue; }
    if (a->live && a->steps >= b->max_steps) finish(w, l, STATUS_TOO_MANY_STEPS);
  }
}

EXPORT int hepatica_lanes(void) { return W; }

EXPORT int hepatica_solve(const Batch *b) {
  char *block = calloc(1, sizeof(Work) + 64);
  if (!block) return 1;
  Work *w = (Work *)(((uintptr_t)block + 63) & ~(uintptr_t)63);
  w->b = b;
  w->end = b->times[b->n_times - 1];
  while (fill(w)) {
    start_parameters(w);
    m_jacobian(w->y, w->p, w->c, w->f, w->J);
    for (int i = 0; i < NS; i++) w->f[i] += w->rate[i];
    judge(w, attempt(w, sizes(w)));
    advance(w);
  }
  free(block);
  return 0;
}
