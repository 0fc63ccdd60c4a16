func load() {
    guard ready else { return }
    let x = read(cache)
    show(x)
}
