class A
  validates :a, presence: true
  validates :b, length: 3
end
