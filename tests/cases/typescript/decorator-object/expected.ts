@Component({
  selector: 'a2',
  template: 'b2',
})
class A {}
