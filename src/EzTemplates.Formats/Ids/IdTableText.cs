using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Formats.Ids;

/// <summary>
/// The table of ids beside an OS recipe (<c>debian-12.ids</c>) for git: <c>ez-ids 1</c>, then a row a line in the order in which they came
/// to it: <c>user postgres 201</c>. Whoever adds a row adds a line at the end. One table has one text.
/// </summary>
public static class IdTableText
{
    private const string Header = "ez-ids 1";
    private const int MostDigits = 5;

    public static byte[] Write(IdTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var text = new StringBuilder(Header).Append('\n');
        foreach (var row in table.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Usage: not a table that <see cref="Write"/> could have written; it names file and line.</exception>
    public static IdTable Read(ReadOnlySpan<byte> text, string fileName)
    {
        var lines = Encoding.Latin1.GetString(text).Split('\n');
        if (lines[0] != Header)
        {
            throw Refuse(fileName, 1, $"it does not start with `{Header}`");
        }

        if (lines[^1] != "")
        {
            throw Refuse(fileName, lines.Length, "the last line is cut off");
        }

        var rows = ImmutableArray.CreateBuilder<LockedId>(lines.Length);
        var seen = new Dictionary<(string Kind, string What), int>();
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var row = Row(lines[i], why => Refuse(fileName, i + 1, why));
            if (!seen.TryAdd((row.Kind, row.Name), i + 1))
            {
                throw Refuse(fileName, i + 1, $"the {row.Kind} `{row.Name}` stands in line {seen[(row.Kind, row.Name)]} already");
            }

            // No name has a colon.
            var number = $":{row.Number}";
            if (!seen.TryAdd((row.Kind, number), i + 1))
            {
                throw Refuse(fileName, i + 1, $"{row.Kind} {row.Number} is taken in line {seen[(row.Kind, number)]} already");
            }

            rows.Add(row);
        }

        return IdTable.Empty.With(rows);
    }

    private static LockedId Row(string line, Func<string, EzException> refuse)
    {
        if (line.Split(' ') is not [var kind, var name, var digits])
        {
            throw refuse("it is not `user|group NAME NUMBER`, with one space between them");
        }

        if (kind is not (LockedId.User or LockedId.Group))
        {
            throw refuse($"`{kind}` is neither `user` nor `group`");
        }

        if (!IdTable.IsName(name))
        {
            throw refuse($"`{name}` is not a name of a {kind}");
        }

        if (digits.Length is 0 or > MostDigits || !uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || digits[0] == '0')
        {
            throw refuse($"`{digits}` is not a number");
        }

        return IdTable.IsPicked(kind, number)
            ? new LockedId(kind, name, number)
            : throw refuse($"{number} is not a number that a table gives away: they are 100 to 59999, without group 100");
    }

    private static EzException Refuse(string fileName, int line, string why) => new(
        FailureKind.Usage,
        $"ids `{fileName}`, line {line}: {why}",
        "a number stays its name's: where two branches have each added rows, give the later ones numbers of their own, and take those rows out of the locks that have them");
}
