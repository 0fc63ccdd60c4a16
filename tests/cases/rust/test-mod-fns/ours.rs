#[cfg(test)]
mod tests {
    #[test]
    fn a() {
        assert!(true);
    }

    #[test]
    fn b() {
        assert!(b());
    }
}
