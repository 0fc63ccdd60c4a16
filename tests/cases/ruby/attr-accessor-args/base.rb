class A
  attr_reader :a
end
