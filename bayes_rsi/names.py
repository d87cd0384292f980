"""Names of dims, coordinates and variables: public API, each with its meaning and unit.

Invariant: one name stands for one thing. A panel, which is made before any model, spells its own.
"""

from __future__ import annotations

# dims
CHAIN = "chain"  # Markov chain
DRAW = "draw"  # posterior draw within a chain
REPLICATE = "replicate"  # future projected from one posterior draw
DATE = "date"  # knot or date of the frontier, datetime64
STEP = "step"  # increment between knots, labelled by the date at its end; also number of a wave
QUANTILE = "quantile"  # probability below a curve, fraction
SYSTEM = "system"  # released AI system, by canonical name
SERIES = "series"  # benchmark series in the panel, by id
SCORE = "score"  # published figure, labelled series|system|scaffold|effort|reporter
TARGET = "target"  # figure or best score that a backtest asks for, by id
EVENT = "event"  # event of the card
FRACTION_SCORE = "fraction_score"  # scores of kind fraction
FRACTION_SERIES = "fraction_series"  # series of kind fraction
HORIZON_SCORE = "horizon_score"  # uncensored scores of kind horizon
SPEEDUP_SCORE = "speedup_score"  # scores of kind speedup
SPEEDUP_SERIES = "speedup_series"  # series of kind speedup
RATIO_SCORE = "ratio_score"  # scores of kind ratio
RATIO_SERIES = "ratio_series"  # series of kind ratio
COUNT_SCORE = "count_score"  # scores of kind count
COUNT_SERIES = "count_series"  # series of kind count
CENSORED_SCORE = "censored_score"  # censored scores of kind horizon
HORIZON_SERIES = "horizon_series"  # series of kind horizon
DRIFTING_SERIES = "drifting_series"  # series of all kinds but horizon
HORIZON_SYSTEM = "horizon_system"  # systems with a score of kind horizon
AUDITED_SERIES = "audited_series"  # series of kind fraction that an audit speaks for
CREDITED_SERIES = "credited_series"  # those of which an audit tells how flawed items are scored
LAB = "lab"  # labs with an effect of their own
DOMAIN = "domain"  # domains beside the reference, general reasoning
HARNESS = "harness"  # series and scaffold family, series|family
HARNESS_DIRECTION = "harness_direction"  # independent direction of the harness effects, a number
REPEATED = "repeated"  # series and system with several shares, series|system
RUN = "run"  # all runs of one system on one task, labelled task|system
TASK = "task"  # task of a suite
FAMILY = "family"  # family of tasks
SUCCESS = "success"  # success rate that defines a time horizon, fraction
OTHER_SYSTEM = "other_system"  # system again, in a matrix

# observed variables
FRACTION = "fraction"  # scores of kind fraction, share of items
HORIZON = "horizon"  # uncensored horizons, log2 minutes
HORIZON_CENSORED = "horizon_censored"  # lower bounds of censored horizons, log2 minutes
SPEEDUP = "speedup"  # log2 of the speed-up
RATIO = "ratio"  # log2 of the ratio to humans
COUNT = "count"  # solved problems
AUDIT = "audit"  # flawed items that audits found, weighted
CREDIT = "credit"  # flawed items that audits saw scored correct, weighted
SCORE_LOG_LIKELIHOOD = "score_log_likelihood"  # of each score, over `score`

# latent quantities of the posterior
FRONTIER_CLOCK = "frontier_clock"  # frontier at the knots, effective years since the later pin
CAPABILITY_CLOCK = "capability_clock"  # capability of a system, effective years
GROWTH_DRIFT = "growth_drift"  # standard deviation of log growth after one year
GROWTH_WAVE = "growth_wave"  # standardised change of log growth, slow waves first
CEILING = "ceiling"  # largest expected score, fraction
LAB_EFFECT = "lab_effect"  # log of the mean gap relative to that of the tier
DOMAIN_DRIFT = "domain_drift"  # progress of a domain beyond the reference, per year, in the frame
SERIES_DRIFT = "series_drift"  # progress on a series beyond that in general, per year, in the frame
SERIES_DRIFT_OWN = "series_drift_own"  # of a series beyond its domain, per year, in the frame
SERIES_DRIFT_SPREAD = "series_drift_spread"  # standard deviation of drifts within a domain
HARNESS_EFFECT = "harness_effect"  # logit
HARNESS_SPREAD = "harness_spread"  # standard deviation of harness effects, logit
REPORTER_OFFSET = "reporter_offset"  # logit by which developers report their own systems higher
SUITE_ERROR = "horizon_suite_error"  # measured over real task length, reference suite, doublings

# of runs on single tasks, log2 minutes of human time unless stated
TIME_HORIZON = "time_horizon"  # length of the tasks at which a system has a success rate
HALFWAY = "halfway"  # length of the tasks that a system solves half of the time
TASK_SLOPE = "task_slope"  # logit per doubling of the human time, one task
FAMILY_EFFECT = "family_effect"  # how much harder a family is than its human times say
TASK_DIFFICULTY = "task_difficulty"  # human time of the ordinary task that is as hard
FAMILY_SPREAD = "family_spread"  # standard deviation of family effects
TASK_SPREAD = "task_spread"  # standard deviation of tasks within families
RUN_SUCCESSES = "run_successes"  # observed: successful runs
HUMAN_TIME = "human_time"  # observed: measured human time of a task

# quantities in doublings, log2 minutes of the METR TH1.1 50% horizon
FRONTIER = "frontier"  # released frontier at a date
CAPABILITY = "capability"  # capability of a system
DIFFICULTY = "difficulty"  # place on a series (capability and drift) at half of its range
SLOPE = "slope"  # logit per doubling
SPEEDUP_DIFFICULTY = "speedup_difficulty"  # place at half of the limit's logarithm
SPEEDUP_SLOPE = "speedup_slope_per_doubling"  # logit per doubling
SPEEDUP_LIMIT = "speedup_limit"  # log2 of the largest speed-up
RATIO_DIFFICULTY = "ratio_parity"  # capability at a ratio of one
RATIO_SLOPE = "ratio_slope_per_doubling"  # log2 ratio per doubling
COUNT_DIFFICULTY = "count_difficulty"  # capability that solves half of the problems
COUNT_SLOPE = "count_slope_per_doubling"  # logit per doubling
GROWTH = "growth"  # doublings per year at the as-of date
SERIES_DRIFT_DOUBLINGS = "series_drift_doublings"  # progress beyond that in general, per year
FEEDBACK = "feedback"  # exponent of the frontier in its own growth; above 0: increasing returns
HORIZON_DEVIATION = "horizon_deviation_raw"  # a system's own at long work, in scatters
HORIZON_SCATTER = "horizon_scatter"  # standard deviation of that, doublings
HORIZON_SHARED = "horizon_shared"  # share of the published variance common to a suite
HORIZON_NOISE = "horizon_noise"  # beyond the published interval, doublings
OVERDISPERSION = "overdispersion"  # of a series of shares
COMMON = "overdispersion_common"  # share of its variance that figures of one system share
REPEATED_DEVIATION = "repeated_deviation"  # of a system on a series, in common spreads
ROUNDING = "rounding"  # noise that every share has
SPEEDUP_NOISE = "speedup_noise"  # of a series, doublings of speed
RATIO_NOISE = "ratio_noise"  # doublings of the ratio
LABEL_ERROR = "label_error"  # share of flawed items
SCORED_CORRECT = "scored_correct"  # share of flawed items scored correct all the same
HORIZON_REFERENCES = ("metr_th11_p50", "metr_th10_p50")  # series that define doublings, first wins
HORIZON_AT_LEVEL = "horizon_at_level"  # doublings at the population's level
HORIZON_OFFSET = "horizon_offset"  # of a horizon series against the reference, doublings
HORIZON_STRETCH = "horizon_stretch"  # ratio of its rate to that of the reference

# forecast
EVENT_YEAR = "event_year"  # decimal year of an event; inf: never or after the horizon
NEVER = "never"  # the judged never
BINDING = "binding"  # index of the requirement met last; -1: no date
