class A
  attr_reader :a, :c
end
