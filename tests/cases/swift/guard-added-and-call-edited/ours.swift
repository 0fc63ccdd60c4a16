func load() {
    guard ready else { return }
    let x = read()
    show(x)
}
