fn f() -> Result<()> {
    let x = read("b")?;
    use_it(x);
    Ok(())
}
