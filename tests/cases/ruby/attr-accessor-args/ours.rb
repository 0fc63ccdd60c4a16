class A
  attr_reader :a, :b
end
