//! Weighted least squares of a few unknowns.

/// Sums of the normal equations.
#[derive(Clone, Debug)]
pub(crate) struct Normal<const N: usize> {
    matrix: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> Normal<N> {
    /// Equations that hold every unknown to zero with this weight.
    pub(crate) fn ridge(weight: f64) -> Self {
        let mut matrix = [[0.0; N]; N];
        for (index, row) in matrix.iter_mut().enumerate() {
            row[index] = weight;
        }
        Self { matrix, right: [0.0; N] }
    }

    /// One more observation: `row` times the unknowns is to be `value`.
    pub(crate) fn add(&mut self, row: &[f64; N], value: f64, weight: f64) {
        for (i, x) in row.iter().enumerate().filter(|(_, x)| **x != 0.0) {
            for (j, y) in row.iter().enumerate() {
                self.matrix[i][j] += weight * x * y;
            }
            self.right[i] += weight * x * value;
        }
    }

    /// The unknowns, by Gauss elimination; the matrix is positive definite.
    pub(crate) fn solve(mut self) -> [f64; N] {
        for pivot in 0..N {
            for below in pivot + 1..N {
                let by = self.matrix[below][pivot] / self.matrix[pivot][pivot];
                for column in pivot..N {
                    self.matrix[below][column] -=
                        by * self.matrix[pivot][column];
                }
                self.right[below] -= by * self.right[pivot];
            }
        }
        let mut found = [0.0; N];
        for row in (0..N).rev() {
            let later = row + 1..N;
            let known = later.map(|j| self.matrix[row][j] * found[j]);
            let known: f64 = known.sum();
            found[row] = (self.right[row] - known) / self.matrix[row][row];
        }
        found
    }
}
