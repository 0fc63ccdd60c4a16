Gem::Specification.new do |s|
  s.name = "y"
  s.add_dependency "a"
end
