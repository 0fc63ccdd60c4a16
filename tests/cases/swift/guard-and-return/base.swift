func f(a: Int?) -> Int {
    let b = a
    return b
}
