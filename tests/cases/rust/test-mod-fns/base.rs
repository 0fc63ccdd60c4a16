#[cfg(test)]
mod tests {
    #[test]
    fn a() {
        assert!(true);
    }
}
