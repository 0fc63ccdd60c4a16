fn f() -> Result<()> {
    let x = read("a")?;
    use_it(x);
    Ok(())
}
