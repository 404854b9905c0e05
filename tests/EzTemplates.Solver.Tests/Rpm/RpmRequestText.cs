using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Solver.Tests;

/// <summary>Reads a request: <c>install a, b ; hold c, 1.* ; exclude d ; fixed e 1</c>.</summary>
internal static class RpmRequestText
{
    /// <param name="blank">A request over the universe that asks for nothing yet.</param>
    public static RpmRequest Read(string text, RpmUniverse universe, RpmRequest blank)
    {
        var request = blank;
        foreach (var line in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            var items = rest.Split(',', StringSplitOptions.TrimEntries);
            request = word switch
            {
                "install" => request with { Install = rest.Length == 0 ? [] : [.. items.Select(RpmText.ParseRequest)] },
                "recommends" => request with { Recommends = true },
                "smallest" => request with { Prefer = AlternativePreference.Smallest },
                "exclude" => request with { Exclude = [.. items] },
                "hold" => request with { Holds = request.Holds.Add(new PackageHold(items[0], items[1], items.Length > 2 ? items[2] : "tested", null)) },
                "pin" => request with { Pins = request.Pins.Add(new PackagePin(items[0], items[1], items[2], int.Parse(items[3], CultureInfo.InvariantCulture))) },
                "fixed" => request with { Fixed = Ids(universe, items), BaseName = "centos-9@1.0.3" },
                "lock" => request with { Preferred = Ids(universe, items) },
                "update" => Updating(request, items),
                "modules" => request with { Modules = [.. items] },
                "no-hotfixes" => request with { Sources = [.. request.Sources.Select(s => s with { ModuleHotfixes = false })] },
                "installed" => request with { Installed = Ids(universe, items) },
                "may-remove" => request with { MayRemove = true },
                _ => throw new ArgumentException(word),
            };
        }

        return request;
    }

    private static RpmRequest Updating(RpmRequest request, string[] items) => items switch
    {
        ["security"] => request with { Update = UpdateScope.SecurityOnly },
        ["all"] => request with { Update = UpdateScope.All },
        _ => request with { Update = new UpdateScope.Some([.. items]) },
    };

    private static ImmutableArray<PackageId> Ids(RpmUniverse universe, string[] items) =>
        [.. items.Select(i => i.Split(' ')).Select(words => RpmText.Id(universe, words[0], words[1]))];
}
