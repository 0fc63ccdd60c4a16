struct User: Codable, Hashable {
    let id: UUID
}
