using System.Globalization;
using System.Text;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Formats.Ids;

/// <summary>A line of sysusers.d(5), bytes as chars; without the specifiers that begin with <c>%</c>.</summary>
public abstract record SysusersLine(string Name)
{
    /// <param name="Wanted">Null: any that is free.</param>
    public sealed record Group(string Name, uint? Wanted) : SysusersLine(Name);

    /// <param name="Wanted">Null: any that is free.</param>
    public sealed record User(string Name, uint? Wanted) : SysusersLine(Name)
    {
        /// <summary>Name or number of its primary group; null: the group of the user's own name.</summary>
        public string? Primary { get; init; }

        /// <summary>The three last are empty where the line does not say.</summary>
        public string Comment { get; init; } = "";

        public string Home { get; init; } = "";

        public string Shell { get; init; } = "";

        /// <summary>Whether the account has expired from the start.</summary>
        public bool IsLocked { get; init; }
    }

    /// <param name="Of">The group that the user comes to.</param>
    public sealed record Member(string Name, string Of) : SysusersLine(Name);

    /// <summary>Whether a line is empty or a comment.</summary>
    public static bool IsNothing(string line) => line.AsSpan().Trim() is [] or ['#' or ';', ..];

    /// <returns>Null for a line that makes nobody: of another kind, or with what no account file can have.</returns>
    public static SysusersLine? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (IsNothing(line) || Words(line) is not { Count: >= 2 } words || !IsName(words[1]))
        {
            return null;
        }

        string Field(int place) => words.Count > place && words[place] != "-" ? words[place] : "";
        var (number, group) = Field(2).Split(':') is [var first, { Length: > 0 } second] ? (first, second) : (Field(2), null);
        switch (words[0])
        {
            case "g":
                return new Group(words[1], NumberIn(number));
            case "m":
                return IsName(Field(2)) ? new Member(words[1], Field(2)) : null;
            case "u" or "u!":
                var user = new User(words[1], NumberIn(number)) { Primary = group, Comment = Field(3), Home = Field(4), Shell = Field(5), IsLocked = words[0] == "u!" };
                return (group is null || IsName(group) || NumberIn(group) is not null) && ((string[])[user.Comment, user.Home, user.Shell]).All(IsField) ? user : null;
            default:
                return null;
        }
    }

    /// <summary>Digits alone are a number, and tools would take a <c>-</c> for an option.</summary>
    private static bool IsName(string text) => IdTable.IsName(text) && text[0] != '-' && !text.All(char.IsAsciiDigit);

    private static bool IsField(string text) => !text.AsSpan().ContainsAny(":\n\r\0");

    /// <summary>A path, whose owner's number is meant, is none: the package's files are not there yet when the line is asked for.</summary>
    private static uint? NumberIn(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Separated by spaces; quotes of both kinds and backslashes are a shell's.</summary>
    /// <returns>Null where a quote has no end.</returns>
    private static List<string>? Words(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length)
            {
                (word ??= new StringBuilder()).Append(line[++i]);
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                (quote, word) = (c, word ?? new StringBuilder());
            }
            else if (quote == '\0' && c is ' ' or '\t')
            {
                Take();
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        Take();
        return quote == '\0' ? words : null;

        void Take()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }
}
