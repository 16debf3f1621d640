use crate::math::{self, UNIT_INTERVAL};
use alloc::vec;
use alloc::vec::Vec;

/// Nothing is integrated further down than this many standard deviations where no bound is: 6e-16 lies there, and even less of what comes back to the other bound.
const OPEN_END: f64 = 8.0;
/// Nor further than this towards a bound: beyond it the density is no longer a float.
const BOUNDED_END: f64 = 38.0;
/// Width of the panel that 48 Gauss-Legendre points cover, in units of the narrowest feature. A function that grows like
/// exp(y^2/2) off the real axis is integrated over 20 units to 2e-17 of its size (the bound of Trefethen 2008, theorem 4.5, on the best ellipse).
const PANEL: f64 = 20.0;
/// A step is at most this many of its own standard deviations long, beyond the distance from the start in standard deviations.
const STEP: f64 = 10.0;

/// The score of a trial that goes on: where it may be after some looks, among the paths that no bound has stopped.
///
/// The score at information t is normal with mean drift t and variance t, and its increments are independent. The part of its
/// density that lies between the bounds of every look so far is carried from look to look (Armitage, McPherson and Rowe 1969),
/// as mass on quadrature points.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    drift: f64,
    information: f64,
    /// Points of the score in ascending order, with the probability at each.
    points: Vec<(f64, f64)>,
}

/// Which tail of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    Above,
    Below,
}

impl Tail {
    fn sign(self) -> f64 {
        match self {
            Self::Above => 1.0,
            Self::Below => -1.0,
        }
    }
}

impl Walk {
    /// Before the first look all probability is at score zero.
    pub(super) fn new(drift: f64) -> Self {
        Self { drift, information: 0.0, points: vec![(0.0, 1.0)] }
    }

    /// The probability that no bound has stopped the trial so far and that the score at `information` lies beyond `score`.
    pub(super) fn beyond(&self, tail: Tail, information: f64, score: f64) -> f64 {
        let (mean, sd) = self.step(information);
        let scale = tail.sign() / sd;
        self.points.iter().map(|(point, mass)| mass * math::normal_cdf((point + mean - score) * scale)).sum()
    }

    /// The density of the score at `information`, of the paths that no bound has stopped so far.
    fn density(&self, information: f64, score: f64) -> f64 {
        let (mean, sd) = self.step(information);
        // a point that matters is a step away, or as far as the score itself is from where it is expected
        let reach = sd * (STEP + ((score - self.drift * information) / math::sqrt(information)).abs());
        let first = self.points.partition_point(|(point, _)| point + mean < score - reach);
        let near = self.points.get(first..).unwrap_or_default().iter();
        let near = near.take_while(|(point, _)| point + mean <= score + reach);
        near.map(|(point, mass)| mass * math::normal_density((score - mean - point) / sd)).sum::<f64>() / sd
    }

    /// The score beyond which [`beyond`](Self::beyond) is `probability`: infinite where even all or nothing of it is too little or too much.
    ///
    /// Newton's method on the logarithm, which is concave and nearly a parabola, inside a bracket that only shrinks.
    pub(super) fn bound(&self, tail: Tail, information: f64, probability: f64) -> f64 {
        let outward = tail.sign();
        if probability.is_nan() || probability <= 0.0 {
            return outward * f64::INFINITY;
        }
        if probability >= self.points.iter().map(|(_, mass)| mass).sum() {
            return -outward * f64::INFINITY;
        }
        let (mean, sd) = self.step(information);
        let ends = (self.points.first(), self.points.last());
        let (Some((first, _)), Some((last, _))) = ends else { return -outward * f64::INFINITY };
        let (mut low, mut high) = (first + mean - BOUNDED_END * sd, last + mean + BOUNDED_END * sd);
        let root = math::sqrt(information);
        let target = math::ln(probability);
        let mut score = self.drift * information - outward * root * math::normal_quantile(probability);
        for _ in 0..100 {
            if !(low < score && score < high) {
                score = low + (high - low) / 2.0;
            }
            let found = self.beyond(tail, information, score);
            let excess = math::ln(found) - target;
            if (excess > 0.0) == (tail == Tail::Above) {
                low = score;
            } else {
                high = score;
            }
            let step = outward * excess * found / self.density(information, score);
            let least_step = 8.0 * f64::EPSILON * (root + score.abs());
            // where the density is no float the step is infinite or NaN, and leads to halving
            score += step;
            if step.abs() <= least_step || high - low <= least_step {
                break;
            }
        }
        if low <= score && score <= high { score } else { low + (high - low) / 2.0 }
    }

    /// Goes to the look at `information`: only the paths with a score between `low` and `high` go on. `next` is the information of the look after it,
    /// whose kernel the points must resolve.
    pub(super) fn advance(&mut self, information: f64, low: f64, high: f64, next: f64) {
        let (_, sd) = self.step(information);
        let (expected, root) = (self.drift * information, math::sqrt(information));
        let reach = if low == f64::NEG_INFINITY { OPEN_END } else { BOUNDED_END };
        let low = low.max(expected - reach * root);
        let high = high.min(expected + BOUNDED_END * root);
        let next_variance = next - information;
        let feature = sd * math::sqrt(next_variance / (next_variance + sd * sd));
        let mut points = Vec::new();
        let width = high - low;
        if width > 0.0 {
            let panels = math::ceil(width / (PANEL * feature));
            let panel = width / panels;
            let mut start = 0.0;
            while start < panels {
                for (node, weight) in UNIT_INTERVAL {
                    let score = low + (start + node) * panel;
                    points.push((score, weight * panel * self.density(information, score)));
                }
                start += 1.0;
            }
        }
        self.points = points;
        self.information = information;
    }

    /// Mean and standard deviation of the step from here to `information`.
    fn step(&self, information: f64) -> (f64, f64) {
        let variance = information - self.information;
        (self.drift * variance, math::sqrt(variance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_where_no_bound_stops() {
        let mut walk = Walk::new(1.5);
        for (information, next) in [(0.05, 0.2), (0.2, 0.21), (0.21, 0.9), (0.9, 1.0)] {
            walk.advance(information, f64::NEG_INFINITY, f64::INFINITY, next);
        }
        for score in [-2.0, 0.0, 1.0, 4.0, 8.0] {
            let (above, below) = (walk.beyond(Tail::Above, 1.0, score), walk.beyond(Tail::Below, 1.0, score));
            let expected = math::normal_cdf(1.5 - score);
            assert!((above - expected).abs() <= 1e-13 * expected, "{score}: {above}, expected {expected}");
            assert!((above + below - 1.0).abs() < 1e-13, "{score}");
        }
    }

    #[test]
    fn a_bound_is_where_the_tail_is_what_was_asked() {
        let mut walk = Walk::new(0.0);
        walk.advance(0.3, -0.4, 1.1, 1.0);
        for probability in [1e-250, 1e-30, 1e-6, 0.01, 0.3, 0.7] {
            for tail in [Tail::Above, Tail::Below] {
                let score = walk.bound(tail, 1.0, probability);
                let found = walk.beyond(tail, 1.0, score);
                assert!((found - probability).abs() <= 1e-12 * probability, "{probability}: {found}");
            }
        }
        assert_eq!(walk.bound(Tail::Above, 1.0, 0.0), f64::INFINITY);
        assert_eq!(walk.bound(Tail::Below, 1.0, 0.0), f64::NEG_INFINITY);
        assert_eq!(walk.bound(Tail::Above, 1.0, 0.99), f64::NEG_INFINITY);
    }

    #[test]
    fn a_walk_that_was_stopped_for_certain_stays_stopped() {
        let mut walk = Walk::new(0.0);
        walk.advance(0.5, 1.0, 1.0, 1.0);
        assert_eq!(walk.beyond(Tail::Above, 1.0, 0.0), 0.0);
        assert_eq!(walk.bound(Tail::Above, 1.0, 0.01), f64::NEG_INFINITY);
    }
}
