package corpus

func (p *parser) findTargets() {}
