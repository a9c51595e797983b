use std::io::Read;
fn main() {
    let mut n = 0;
    let mut bad = 0;
    for f in std::env::args().skip(1) {
        let mut s = String::new();
        std::fs::File::open(&f).unwrap().read_to_string(&mut s).unwrap();
        for (i, l) in s.lines().enumerate() {
            if l.trim().is_empty() {
                continue;
            }
            n += 1;
            match leastwise::cases::Case::parse(l).and_then(|c| leastwise::cases::run_case(&c)) {
                Ok(r) => {
                    if !r.holds {
                        bad += 1;
                        println!("{} expected={} actual={} | {}", r.id, r.expected.unwrap(), r.actual, r.reason)
                    }
                }
                Err(e) => {
                    bad += 1;
                    println!("{f}:{} ERR {e}", i + 1)
                }
            }
        }
    }
    println!("{} cases, {} fail", n, bad);
}
