gem 'rails', '5.0'
