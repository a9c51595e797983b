//! A table of fixed column widths, written some rows at a time so that a long one needs little memory.

use std::io;

use comfy_table::CellAlignment;
use comfy_table::ColumnConstraint;
use comfy_table::ContentArrangement;
use comfy_table::LineStyle;
use comfy_table::Table;
use comfy_table::TableStyle;
use comfy_table::Width;
use comfy_table::presets;

use crate::report::wrap::wrapped;

const ROWS_AT_ONCE: usize = 200;

/// A column: heading, width with its padding, and whether it holds numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: &'static str,
    /// The width in columns of the terminal, with one blank that parts it from the next.
    pub width: u16,
    /// Whether it holds numbers, which stand to the right.
    pub is_number: bool,
}

/// Writes heading and rows. Cells may hold several lines; long lines are wrapped, and very long text is cut.
///
/// # Errors
/// What the writer says.
pub fn write_grid(columns: &[Column], mut rows: impl Iterator<Item = Vec<String>>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut is_first = true;
    loop {
        let some: Vec<_> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        let mut table = empty_table(columns);
        if is_first {
            table.set_header(columns.iter().map(|column| column.heading));
        }
        let fitted = |row: Vec<String>| {
            let cells = row.into_iter().zip(columns);
            let lines = cells.map(|(text, column)| wrapped(&text, usize::from(column.width.saturating_sub(1))));
            lines.collect::<Vec<_>>()
        };
        table.add_rows(some.into_iter().map(fitted));
        constrain(&mut table, columns);
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out, "{}", "-".repeat(usize::from(width(columns))))?;
        is_first = false;
    }
}

fn empty_table(columns: &[Column]) -> Table {
    let mut table = Table::new();
    table.load_style(style());
    table.force_no_tty();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width(columns));
    table
}

fn width(columns: &[Column]) -> u16 {
    columns.iter().fold(0, |sum, column| sum.saturating_add(column.width))
}

fn constrain(table: &mut Table, columns: &[Column]) {
    for (cells, column) in table.column_iter_mut().zip(columns) {
        cells.set_padding((0, 1));
        cells.set_constraint(ColumnConstraint::Absolute(Width::Fixed(column.width)));
        if column.is_number {
            cells.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Writes lines of text, wrapped at this width.
pub(super) fn write_lines(width: u16, lines: &[String], out: &mut dyn io::Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{}", wrapped(line, usize::from(width)))?;
    }
    Ok(())
}

/// A line below the heading and between rows. The line below the last row is written by hand, so that parts of
/// one table fit together and no column ends in a gap.
fn style() -> TableStyle {
    presets::NOTHING
        .header_separator(LineStyle::none().fill('='))
        .row_separator(LineStyle::none().fill('-'))
}
