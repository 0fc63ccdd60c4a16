Gem::Specification.new do |s|
  s.name = "x"
  s.add_dependency "a", "~> 1.0"
end
