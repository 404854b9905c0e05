using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Conformance;

/// <summary>
/// Compares the order of versions with a table's rows <c>a b expected</c>. A file of lines with one word each lists versions that the
/// family's own program refuses, and so must we.
/// </summary>
internal static class VersionsCommand
{
    public static void Run(Arguments arguments, Tally tally)
    {
        var family = arguments.Required("--family");
        foreach (var row in arguments.Words.SelectMany(DataFiles.Tabbed))
        {
            tally.Count(family == "rpm" && IsRelation(row) ? RpmMatchProblem(row) : Problem(family, row));
        }
    }

    /// <summary>A row of rpm-dep-match: a requirement, what is provided, and whether they meet.</summary>
    private static string? RpmMatchProblem(string[] row)
    {
        var (required, provided) = (RpmEntry.Parse(row[0]), RpmEntry.Parse(row[1]));
        var meets = required.Name == provided.Name && RpmVersionOrder.Overlaps(
            required.Relation, Encoding.UTF8.GetBytes(required.Version), provided.Relation, Encoding.UTF8.GetBytes(provided.Version));
        return meets == (row[2] == "1") ? null : $"`{row[0]}` and `{row[1]}`: {row[2]} expected";
    }

    private static bool IsRelation(string[] row) => row.Length == 3 && row[2] is "0" or "1" && row[0].StartsWith("foo", StringComparison.Ordinal);

    private static string? Problem(string family, string[] row)
    {
        if (row is [var alone])
        {
            return IsValid(family, alone) ? $"`{alone}` is refused, we take it" : null;
        }

        // The table of what apt and dpkg disagree on has both answers; dpkg's, the last, is the right one.
        var expected = int.Parse(row.Length > 3 && int.TryParse(row[3], out _) ? row[3] : row[2], CultureInfo.InvariantCulture);
        var order = Math.Sign(Compare(family, row[0], row[1]));
        var reverse = Math.Sign(Compare(family, row[1], row[0]));
        return order == expected && reverse == -expected
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"`{row[0]}` and `{row[1]}`: {expected} expected, we say {order}, the other way round {reverse}");
    }

    private static int Compare(string family, string a, string b) => family switch
    {
        "deb" => DebVersionOrder.Compare(a, b),
        "rpm" => RpmVersionOrder.Compare(a, b),
        _ => throw new ArgumentException($"`{family}` is no family"),
    };

    private static bool IsValid(string family, string version) => family switch
    {
        "deb" => DebVersionOrder.IsValid(version),
        _ => throw new ArgumentException($"no versions of the family `{family}` are refused"),
    };
}
