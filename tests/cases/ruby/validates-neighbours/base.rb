class A
  validates :a
  validates :b
end
