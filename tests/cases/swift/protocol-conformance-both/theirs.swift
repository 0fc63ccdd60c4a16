struct User: Codable {
    let id: UUID
}
