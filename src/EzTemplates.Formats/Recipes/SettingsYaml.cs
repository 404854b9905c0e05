using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads what a recipe says beyond packages.</summary>
internal static partial class SettingsYaml
{
    private const int DefaultMode = 0b110_100_100;

    public static TemplateSettings Read(YamlKeys keys)
    {
        var hooks = keys.Find("hooks") is { } node ? new YamlKeys(node, RecipeKeys.Hooks) : null;
        var settings = new TemplateSettings
        {
            Files = [.. keys.Items("files").Select(ReadFile)],
            Debconf = ReadDebconf(keys.Find("debconf")),
            Docs = keys.Flag("docs"),
            Languages = keys.Find("languages") is null ? null : [.. keys.Items("languages", ReadLanguage).Distinct().Order(StringComparer.Ordinal)],
            AfterConfigure = hooks?.Items("after-configure", ReadCommand) ?? [],
            AfterCreate = hooks?.Items("after-create", ReadCommand) ?? [],
            AfterRemap = hooks?.Items("after-remap", ReadCommand) ?? [],
            InstanceData = [.. keys.Items("instance-data").Select(ReadInstance)],
            AllowDevices = keys.Word("devices") == "allow",
            WriteSources = keys.Flag("write-sources"),
        };
        hooks?.RefuseOthers();
        RequireConfigured(keys, settings);
        var doubled = settings.Files.GroupBy(file => file.Path).FirstOrDefault(group => group.Count() > 1);
        return doubled is null ? settings : throw keys.PlaceOf("files").Fail($"`files` has `{doubled.Key}` twice", "leave one of them out");
    }

    /// <summary>What happens while or after scripts run does not happen where none do.</summary>
    private static void RequireConfigured(YamlKeys keys, TemplateSettings settings)
    {
        if (keys.Find("configure") is YamlScalar { Text: "none" } && (!settings.Debconf.IsEmpty || !settings.AfterConfigure.IsEmpty))
        {
            var key = settings.Debconf.IsEmpty ? "hooks" : "debconf";
            throw keys.PlaceOf(key).Fail($"`{key}` {(key == "hooks" ? "has `after-configure`" : "answers maintainer scripts")}, and with `configure: none` nothing is configured", "configure: sandbox");
        }
    }

    private static RecipeTextFile ReadFile(YamlNode node)
    {
        var keys = new YamlKeys(node, RecipeKeys.File);
        var path = ReadPath(YamlKeys.ScalarOf("`path`", keys.Require("path")));
        var text = keys.Text("text");
        var mode = keys.OptionalText("mode") switch
        {
            null => DefaultMode,
            var octal when Octal().IsMatch(octal) => Convert.ToInt32(octal, 8),
            var octal => throw keys.PlaceOf("mode").Fail($"`{octal}` is no mode", "three octal digits, in quotes: mode: \"0644\""),
        };
        keys.RefuseOthers();
        return new RecipeTextFile(path, text, mode);
    }

    private static TreePath ReadPath(YamlScalar scalar) =>
        scalar.Text.StartsWith('/') && TreePath.TryParse(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(scalar.Text)), out var path) && !path.IsRoot
            ? path
            : throw scalar.Place.Fail($"`{scalar.Text}` is not a path", "an absolute path without `..`: path: /etc/motd");

    private static ImmutableArray<DebconfAnswer> ReadDebconf(YamlNode? node) => node is null
        ? []
        : [.. new YamlKeys(node, "answers for debconf").Pairs.Select(pair => ReadAnswer(pair.Key, pair.Value)).OrderBy(answer => answer.Question, StringComparer.Ordinal)];

    private static DebconfAnswer ReadAnswer(YamlScalar question, YamlNode answer)
    {
        if (!Question().IsMatch(question.Text))
        {
            throw question.Place.Fail($"`{question.Text}` is no question of debconf", "debconf: {\"tzdata/Areas\": Europe}");
        }

        // debconf-set-selections(1) reads a line an answer.
        var text = YamlKeys.ScalarOf($"`{question.Text}`", answer).Text;
        return text.Contains('\n', StringComparison.Ordinal)
            ? throw answer.Place.Fail($"the answer to `{question.Text}` has several lines; debconf takes one")
            : new DebconfAnswer(question.Text, text);
    }

    private static string ReadLanguage(YamlScalar scalar) => Language().IsMatch(scalar.Text)
        ? scalar.Text
        : throw scalar.Place.Fail($"`{scalar.Text}` is not a language", "as below /usr/share/locale: languages: [de, pt_BR]");

    private static string ReadCommand(YamlScalar scalar) => scalar.Text.Trim().Length > 0 ? scalar.Text : throw scalar.Place.Fail("a hook is empty");

    private static InstancePath ReadInstance(YamlNode node)
    {
        var keys = new YamlKeys(node, RecipeKeys.Instance);
        var pattern = ReadPath(YamlKeys.ScalarOf("`path`", keys.Require("path"))).Latin1;
        var command = keys.OptionalText("command");
        keys.RefuseOthers();
        return command is null ? new InstancePath(pattern, InstanceFate.LeftOut, "the software itself") : InstancePath.ByCommand(pattern, command);
    }

    [GeneratedRegex("^0?[0-7]{3}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();

    [GeneratedRegex("^[A-Za-z0-9][^\\s]*/[^\\s]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Question();

    [GeneratedRegex("^[a-z]{2,3}(_[A-Z]{2})?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Language();
}
