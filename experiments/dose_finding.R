# Plain R for `experiments/dose_finding.py`: BOIN and CRM as their papers have them, one trial after the other.
# Prints a line a design: name, trials, seconds of processor time, and the share of each level selected.
target_boin <- 0.3
boin <- function(p, cohorts, size) {
  low <- log((1 - 0.18) / 0.7) / (qlogis(0.3) - qlogis(0.18))
  high <- log(0.7 / (1 - 0.42)) / (qlogis(0.42) - qlogis(0.3))
  levels <- length(p); n <- x <- numeric(levels); d <- 1; top <- levels
  for (cohort in seq_len(cohorts)) {
    x[d] <- x[d] + sum(runif(size) < p[d]); n[d] <- n[d] + size
    if (1 - pbeta(target_boin, 1 + x[d], 1 + n[d] - x[d]) > 0.95) {
      top <- d - 1
      if (top == 0) return(0)
      d <- top
    } else if (x[d] / n[d] <= low && d < top) d <- d + 1
    else if (x[d] / n[d] >= high && d > 1) d <- d - 1
  }
  tried <- which(n > 0 & seq_len(levels) <= top)
  a <- x[tried] + 0.05; b <- n[tried] - x[tried] + 0.05
  mean <- a / (a + b); weight <- (a + b)^2 * (a + b + 1) / (a * b)
  repeat { # pool adjacent violators, one pair at a time
    fall <- which(diff(mean) < -1e-12)
    if (!length(fall)) break
    k <- fall[1]; block <- which(mean == mean[k] | mean == mean[k + 1])
    mean[block] <- sum(mean[block] * weight[block]) / sum(weight[block])
  }
  tried[which.min(abs(mean + 1e-10 * seq_along(mean) - target_boin))]
}
crm <- function(p, skeleton, target, patients, start) {
  level <- toxic <- integer(0); d <- start
  for (patient in seq_len(patients)) {
    level <- c(level, d); toxic <- c(toxic, runif(1) < p[d])
    density <- function(beta) sapply(beta, function(b) {
      q <- skeleton[level]^exp(b)
      exp(-b^2 / 2 / 1.34) * prod(ifelse(toxic == 1, q, 1 - q))
    })
    beta <- integrate(function(b) b * density(b), -8, 8)$value / integrate(density, -8, 8)$value
    nearest <- which.min(abs(skeleton^exp(beta) - target))
    d <- min(nearest, d + 1, if (toxic[patient]) d else length(p))
  }
  nearest
}
report <- function(name, trials, run, levels) {
  set.seed(1)
  time <- system.time(selected <- replicate(trials, run()))
  cat(name, trials, time[["user.self"]], tabulate(selected, levels) / trials, sep = ",")
  cat("\n")
}
report("boin", 2000, function() boin(c(0.05, 0.15, 0.3, 0.45, 0.6), 20, 3), 5)
skeleton <- c(0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
report("crm", 100, function() crm(c(0.1, 0.2, 0.4, 0.5, 0.6, 0.65), skeleton, 0.2, 24, 3), 6)
