class A
  validates :a
  validates :b, length: 3
end
