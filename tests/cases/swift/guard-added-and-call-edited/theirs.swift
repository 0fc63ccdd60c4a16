func load() {
    let x = read(cache)
    show(x)
}
