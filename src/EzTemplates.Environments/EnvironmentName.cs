using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>An environment's name; also its folder's name and its host name inside.</summary>
public readonly record struct EnvironmentName : IComparable<EnvironmentName>
{
    private const int Longest = 64;
    private readonly string? _text;

    private EnvironmentName(string text) => _text = text;

    public static bool TryParse(string? text, out EnvironmentName name)
    {
        var good = text is { Length: > 0 and <= Longest }
            && (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0]))
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
        name = good ? new EnvironmentName(text!) : default;
        return good;
    }

    /// <exception cref="EzException">Usage: not such a name.</exception>
    public static EnvironmentName Parse(string? text) => TryParse(text, out var name)
        ? name
        : throw new EzException(
            FailureKind.Usage,
            $"`{string.Concat((text ?? "").Select(c => char.IsControl(c) ? '?' : c))}` is no name for an environment",
            "use lower-case letters, digits and . _ -, a letter or digit first, 64 at most");

    public int CompareTo(EnvironmentName other) => string.CompareOrdinal(ToString(), other.ToString());

    public static bool operator <(EnvironmentName left, EnvironmentName right) => left.CompareTo(right) < 0;

    public static bool operator >(EnvironmentName left, EnvironmentName right) => left.CompareTo(right) > 0;

    public static bool operator <=(EnvironmentName left, EnvironmentName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EnvironmentName left, EnvironmentName right) => left.CompareTo(right) >= 0;

    public override string ToString() => _text ?? "";
}
