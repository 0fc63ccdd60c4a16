@Table(name = "a", schema = "t")
class C {
}
