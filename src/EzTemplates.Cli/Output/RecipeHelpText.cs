using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

internal static class RecipeHelpText
{
    public static IEnumerable<string> Of(RecipeReferenceReport report)
    {
        foreach (var section in report.Sections)
        {
            yield return Screen.PaintOutput(Ink.Bold, $"{section.Name.ToUpperInvariant()}");
            foreach (var key in section.Keys.Where(key => key.Supported))
            {
                yield return "";
                yield return $"  {Screen.PaintOutput(Ink.Cyan, key.Name)}: {key.Type} ({string.Join("; ", Remarks(key))})";
                yield return $"      {key.Meaning}";
                yield return $"      {key.Example}";
            }

            var later = section.Keys.Where(key => !key.Supported).Select(key => key.Name).ToList();
            if (later.Count > 0)
            {
                yield return "";
                yield return $"  Not supported by this version, and refused unless empty: {string.Join(", ", later)}";
            }

            yield return "";
        }
    }

    private static IEnumerable<string> Remarks(RecipeKeyRow key)
    {
        yield return key.Required ? "required" : $"default: {key.Default ?? "see there"}";
        if (key.Place != "any")
        {
            yield return $"only with `kind: {key.Place}`";
        }

        if (key.Family != "any")
        {
            yield return $"only with `family: {key.Family}`";
        }
    }
}
