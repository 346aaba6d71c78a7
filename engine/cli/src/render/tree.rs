//! Trees of lines.

use std::fmt;

/// Lines with how deep each is, in the order from the root down.
#[derive(Default)]
pub(crate) struct Tree(Vec<(usize, String)>);

impl Tree {
    /// Adds a line below the last one that is less deep; what stands at the root has the depth 1.
    pub(crate) fn add(&mut self, depth: usize, line: String) {
        self.0.push((depth, line));
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, ".")?;
        // Whether there is more to come, at each depth above the line.
        let mut open: Vec<bool> = Vec::new();
        for (at, (depth, line)) in self.0.iter().enumerate() {
            let rest = self.0[at + 1..].iter().map(|(other, _)| other).find(|other| *other <= depth);
            let goes_on = rest == Some(depth);
            open.truncate(depth.saturating_sub(1));
            for is_open in &open {
                // Spaces that must not be broken, as in Terraform.
                f.write_str(if *is_open { "│\u{a0}\u{a0} " } else { "    " })?;
            }
            writeln!(f, "{} {line}", if goes_on { "├──" } else { "└──" })?;
            open.push(goes_on);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_to_what_comes_next_at_the_same_depth() {
        let mut tree = Tree::default();
        for (depth, line) in [(1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e"), (2, "f")] {
            tree.add(depth, line.to_owned());
        }
        insta::assert_snapshot!(tree.to_string().replace('\u{a0}', " "), @r"
        .
        ├── a
        │   ├── b
        │   │   └── c
        │   └── d
        └── e
            └── f
        ");
    }
}
