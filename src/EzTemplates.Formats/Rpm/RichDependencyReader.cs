using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Reads a rich dependency, <c>(a or (b &gt;= 1 and c))</c>, into terms (rpm's documentation, "Boolean Dependencies"; librpm's
/// rpmrichParse). Chains are of one operator; <c>if</c> and <c>unless</c> take one <c>else</c>; a name may hold balanced parentheses.
/// </summary>
internal sealed class RichDependencyReader
{
    /// <summary>Nobody nests deeper than four; it bounds the recursion.</summary>
    private const int DeepestNesting = 32;
    private readonly string _text;
    private readonly Func<RpmEntry, RpmTerm> _relation;
    private readonly List<RpmTerm> _terms;
    private int _at;

    private RichDependencyReader(string text, Func<RpmEntry, RpmTerm> relation, List<RpmTerm> terms)
    {
        _text = text;
        _relation = relation;
        _terms = terms;
    }

    /// <param name="relation">Makes a term of a plain relation.</param>
    /// <param name="terms">Gets the operands of what is read.</param>
    /// <returns>What is wrong with the text, or null.</returns>
    public static string? Read(string text, Func<RpmEntry, RpmTerm> relation, List<RpmTerm> terms, out RpmTerm term)
    {
        var reader = new RichDependencyReader(text, relation, terms);
        var problem = reader.ReadGroup(0, out term);
        reader.SkipSpace();
        return problem is not null ? $"`{Shown(text)}`: {problem}"
            : reader._at < text.Length ? $"`{Shown(text)}`: something follows the last parenthesis"
            : null;
    }

    public static bool TryRelation(ReadOnlySpan<char> sign, out VersionRelation relation)
    {
        relation = sign switch
        {
            "<" => VersionRelation.Less,
            "<=" or "=<" => VersionRelation.LessOrEqual,
            "=" or "==" => VersionRelation.Equal,
            ">=" or "=>" => VersionRelation.GreaterOrEqual,
            ">" => VersionRelation.Greater,
            _ => VersionRelation.Any,
        };
        return relation != VersionRelation.Any;
    }

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "...";

    private string? ReadGroup(int depth, out RpmTerm term)
    {
        term = default;
        if (depth > DeepestNesting)
        {
            return "nested too deeply";
        }

        _at++;
        var operands = new List<RpmTerm>();
        var problem = ReadOperand(depth, operands);
        var chain = "";
        while (problem is null)
        {
            var word = Word();
            if (word == ")")
            {
                return Finish(chain, operands, out term);
            }

            problem = Follows(chain, word, operands.Count) ?? ReadOperand(depth, operands);
            chain = chain == "" ? word : chain;
        }

        return problem;
    }

    private static string? Follows(string chain, string word, int count) => word switch
    {
        "" => "a parenthesis is not closed",
        "and" or "or" or "with" when chain == "" || chain == word => null,
        "if" or "unless" or "without" when chain == "" => null,
        "else" when chain is "if" or "unless" && count == 2 => null,
        "and" or "or" or "with" or "if" or "unless" or "without" or "else" => $"`{word}` cannot follow `{chain}` without parentheses",
        _ => $"`{word}` is not an operator",
    };

    private string? Finish(string chain, List<RpmTerm> operands, out RpmTerm term)
    {
        if (chain == "")
        {
            term = operands[0];
            return null;
        }

        var kind = chain switch
        {
            "and" => RpmOperator.And,
            "or" => RpmOperator.Or,
            "if" => RpmOperator.If,
            "unless" => RpmOperator.Unless,
            "with" => RpmOperator.With,
            _ => RpmOperator.Without,
        };
        term = new RpmTerm(kind, _terms.Count, operands.Count);
        _terms.AddRange(operands);
        var single = kind is RpmOperator.With or RpmOperator.Without;
        return single && operands.Exists(NeedsSeveral)
            ? $"`{chain}` needs operands that one package can meet" : null;
    }

    /// <summary>Whether a part of it speaks of more than one package.</summary>
    private bool NeedsSeveral(RpmTerm term)
    {
        if (term.Operator is RpmOperator.And or RpmOperator.If or RpmOperator.Unless)
        {
            return true;
        }

        for (var i = 0; term.Operator != RpmOperator.Relation && i < term.Count; i++)
        {
            if (NeedsSeveral(_terms[term.First + i]))
            {
                return true;
            }
        }

        return false;
    }

    private string? ReadOperand(int depth, List<RpmTerm> operands)
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] == '(')
        {
            var problem = ReadGroup(depth + 1, out var group);
            operands.Add(group);
            return problem;
        }

        var name = Word();
        if (name is "" or ")" or "and" or "or" or "if" or "unless" or "with" or "without" or "else")
        {
            return "a name is missing";
        }

        var before = _at;
        if (!TryRelation(Word(), out var relation))
        {
            _at = before;
            operands.Add(_relation(new RpmEntry(name)));
            return null;
        }

        var version = Word();
        operands.Add(_relation(new RpmEntry(name, relation, version)));
        return version is "" or ")" ? "a version is missing" : null;
    }

    /// <summary>A closing parenthesis, or all up to white space or a parenthesis that the word did not open.</summary>
    private string Word()
    {
        SkipSpace();
        var start = _at;
        for (var open = 0; _at < _text.Length && !char.IsWhiteSpace(_text[_at]); _at++)
        {
            open += _text[_at] == '(' ? 1 : _text[_at] == ')' ? -1 : 0;
            if (open < 0)
            {
                break;
            }
        }

        if (_at == start && _at < _text.Length)
        {
            _at++;
        }

        return _text[start.._at];
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }
}
