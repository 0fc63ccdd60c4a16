func load() {
    let x = read()
    show(x)
}
