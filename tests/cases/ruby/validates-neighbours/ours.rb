class A
  validates :a, presence: true
  validates :b
end
