using System.Buffers;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Reads a dependency field, <c>a:any (&gt;= 1) [arch] &lt;profile&gt; | b, c</c>, without copying (Debian Policy 7.1, deb-control(5)).
/// As lenient as apt: empty entries are skipped, <c>&lt;</c> and <c>&gt;</c> are <c>&lt;=</c> and <c>&gt;=</c>, a bare version means
/// <c>=</c>, and names may be odd: such a name is simply nowhere to be found.
/// </summary>
public ref struct DebRelationReader(ReadOnlySpan<byte> value)
{
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t\r\n:,|([<"u8);
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n"u8);

    private ReadOnlySpan<byte> _rest = value;

    public ReadOnlySpan<byte> Name { readonly get; private set; }

    /// <summary>As written after the colon: <c>any</c>, <c>native</c>, <c>i386</c>; or empty.</summary>
    public ReadOnlySpan<byte> Architecture { readonly get; private set; }

    public VersionRelation Relation { readonly get; private set; }

    public ReadOnlySpan<byte> Version { readonly get; private set; }

    /// <summary>What stands in brackets: <c>amd64 !i386</c>; or empty. Only source packages may have it.</summary>
    public ReadOnlySpan<byte> ArchitectureRestriction { readonly get; private set; }

    /// <summary>All that stands in angle brackets, with them: <c>&lt;!nocheck&gt; &lt;cross&gt;</c>; or empty. Only for source packages.</summary>
    public ReadOnlySpan<byte> ProfileRestriction { readonly get; private set; }

    /// <summary>Whether another alternative of the same dependency follows.</summary>
    public bool HasMoreAlternatives { readonly get; private set; }

    /// <summary>Why <see cref="Next"/> stopped early, or null.</summary>
    public string? Problem { readonly get; private set; }

    /// <summary>Goes to the next alternative; false at the end or at a <see cref="Problem"/>.</summary>
    public bool Next()
    {
        SkipBlanks();
        while (!HasMoreAlternatives && _rest is [(byte)',', ..])
        {
            _rest = _rest[1..];
            SkipBlanks();
        }

        if (_rest.IsEmpty)
        {
            return HasMoreAlternatives && Fail("an alternative is missing after `|`");
        }

        HasMoreAlternatives = false;
        return ReadName() && ReadVersion() && ReadRestrictions() && ReadSeparator();
    }

    private bool ReadName()
    {
        Name = Take(NameEnds);
        Architecture = default;
        if (Name.IsEmpty)
        {
            return Fail($"a package name is missing before `{(char)_rest[0]}`");
        }

        if (_rest is [(byte)':', ..])
        {
            _rest = _rest[1..];
            Architecture = Take(NameEnds);
            if (Architecture.IsEmpty)
            {
                return Fail("an architecture is missing after `:`");
            }
        }

        SkipBlanks();
        return true;
    }

    private bool ReadVersion()
    {
        Relation = VersionRelation.Any;
        Version = default;
        if (_rest is not [(byte)'(', ..])
        {
            return true;
        }

        var close = _rest.IndexOf((byte)')');
        if (close < 0)
        {
            return Fail("`(` is not closed");
        }

        var inside = _rest[1..close].Trim(" \t\r\n"u8);
        _rest = _rest[(close + 1)..];
        Relation = TakeOperator(ref inside);
        Version = inside.TrimStart(" \t\r\n"u8);
        if (Version.IsEmpty || Version.IndexOfAny(Blanks) >= 0 || Version[0] is (byte)'<' or (byte)'>' or (byte)'=')
        {
            return Fail("what stands in `( )` is not a relation and a version");
        }

        SkipBlanks();
        return true;
    }

    private static VersionRelation TakeOperator(ref ReadOnlySpan<byte> text)
    {
        var (relation, length) = text switch
        {
            [(byte)'<', (byte)'<', ..] => (VersionRelation.Less, 2),
            [(byte)'<', (byte)'=', ..] => (VersionRelation.LessOrEqual, 2),
            [(byte)'<', ..] => (VersionRelation.LessOrEqual, 1),
            [(byte)'>', (byte)'>', ..] => (VersionRelation.Greater, 2),
            [(byte)'>', (byte)'=', ..] => (VersionRelation.GreaterOrEqual, 2),
            [(byte)'>', ..] => (VersionRelation.GreaterOrEqual, 1),
            [(byte)'=', ..] => (VersionRelation.Equal, 1),
            _ => (VersionRelation.Equal, 0),
        };
        text = text[length..];
        return relation;
    }

    private bool ReadRestrictions()
    {
        ArchitectureRestriction = default;
        ProfileRestriction = default;
        if (_rest is [(byte)'[', ..])
        {
            var close = _rest.IndexOf((byte)']');
            if (close < 0)
            {
                return Fail("`[` is not closed");
            }

            ArchitectureRestriction = _rest[1..close].Trim(" \t\r\n"u8);
            _rest = _rest[(close + 1)..];
            SkipBlanks();
        }

        var profiles = _rest;
        while (_rest is [(byte)'<', ..])
        {
            var close = _rest.IndexOf((byte)'>');
            if (close < 0)
            {
                return Fail("`<` is not closed");
            }

            ProfileRestriction = profiles[..(profiles.Length - _rest.Length + close + 1)];
            _rest = _rest[(close + 1)..];
            SkipBlanks();
        }

        return true;
    }

    private bool ReadSeparator()
    {
        if (_rest.IsEmpty)
        {
            return true;
        }

        if (_rest[0] is not ((byte)',' or (byte)'|'))
        {
            return Fail("`,` or `|` is missing between two packages");
        }

        HasMoreAlternatives = _rest[0] == '|';
        _rest = _rest[1..];
        return true;
    }

    private ReadOnlySpan<byte> Take(SearchValues<byte> ends)
    {
        var length = _rest.IndexOfAny(ends);
        var taken = length < 0 ? _rest : _rest[..length];
        _rest = _rest[taken.Length..];
        return taken;
    }

    private void SkipBlanks() => _rest = _rest.TrimStart(" \t\r\n"u8);

    private bool Fail(string problem)
    {
        Problem = problem;
        _rest = default;
        return false;
    }
}
