Gem::Specification.new do |s|
  s.name = "x"
  s.add_dependency "a"
end
