using System.Globalization;
using System.Text.Json;
using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Recipes;

/// <summary>One table is what the reader takes, what help tells, and what the schema says.</summary>
public sealed class RecipeKeysTests
{
    private const string App = "format: 1\nname: nginx\nkind: app\nversion: \"1.0\"\nbase: debian-12@[1.0,2.0)\npackages: [nginx]\n";

    private const string Os =
        "format: 1\nname: debian-12\nkind: os\nversion: \"1.0\"\nfamily: deb\narchitecture: amd64\n"
        + "repositories:\n  - id: debian\n    mirrors: [host]\n    suites: [bookworm]\n    components: [main]\n    keys: host\npackages: [apt]\n";

    private const string RpmOs =
        "format: 1\nname: rocky-9\nkind: os\nversion: \"1.0\"\nfamily: rpm\narchitecture: x86_64\n"
        + "repositories:\n  - id: baseos\n    mirrors: [host]\n    keys: host\npackages: [bash]\n";

    public static TheoryData<string, string> Keys() => new(RecipeKeys.All.SelectMany(table => table.Keys.Select(key => (table.Name, key.Name))));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_key_has_a_meaning_an_example_that_is_read_and_a_place_in_the_schema(string table, string name)
    {
        var key = RecipeKeys.All.Single(t => t.Name == table).Of(name);
        Assert.EndsWith(key.Meaning[^1] == ')' ? ")" : ".", key.Meaning, StringComparison.Ordinal);
        Assert.StartsWith(name + ":", key.Example, StringComparison.Ordinal);
        Assert.True(key.IsRequired || key.Otherwise is not null || key.Value is KeyValue.Mapping or KeyValue.Either, $"`{name}` has no default");
        var recipe = WithExample(table, key);
        if (Record.Exception(() => RecipeYaml.Read(recipe, "/r/r.yaml")) is { } refused)
        {
            Assert.True(key.IsLater, refused.Message);
            Assert.Contains($"`{name}` is not supported", Assert.IsType<EzException>(refused).Message, StringComparison.Ordinal);
        }

        using var schema = JsonDocument.Parse(RecipeSchema.Write());
        Assert.Equal(key.Meaning, PropertiesOf(schema.RootElement, table).GetProperty(name).GetProperty("description").GetString()![..key.Meaning.Length]);
    }

    [Fact]
    public void The_committed_schema_is_that_of_the_table() =>
        Assert.Equal(RecipeSchema.Write(), File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "recipes/recipe.schema.json")));

    [Fact]
    public void Shipped_recipes_name_the_schema_for_editors()
    {
        var recipes = Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "recipes"), "*.yaml");
        Assert.NotEmpty(recipes);
        Assert.All(recipes, recipe => Assert.Equal("# yaml-language-server: $schema=recipe.schema.json", File.ReadLines(recipe).First()));
    }

    /// <summary>Another implementation of JSON Schema and of YAML judges as the reader does.</summary>
    [Fact]
    public void The_schema_accepts_what_the_reader_accepts()
    {
        Requires.Tool("python3");
        Assert.SkipUnless(ToolRun.Run("python3", "-c", "import jsonschema, yaml").ExitCode == 0, "needs python3 with jsonschema and yaml");
        using var temp = new TempFolder();
        var cases = Cases().ToList();
        for (var i = 0; i < cases.Count; i++)
        {
            temp.WriteFile(string.Create(CultureInfo.InvariantCulture, $"{i:000}.yaml"), cases[i]);
        }

        var schema = temp.WriteFile("schema.json", RecipeSchema.Write());
        const string program =
            "import glob, json, sys, jsonschema, yaml\n"
            + "resolvers = yaml.SafeLoader.yaml_implicit_resolvers  # YAML 1.2, which editors read, has no dates\n"
            + "yaml.SafeLoader.yaml_implicit_resolvers = {k: [r for r in v if not r[0].endswith(':timestamp')] for k, v in resolvers.items()}\n"
            + "schema = json.load(open(sys.argv[1]))\njsonschema.Draft7Validator.check_schema(schema)\nvalidator = jsonschema.Draft7Validator(schema)\n"
            + "for path in sorted(glob.glob(sys.argv[2] + '/*.yaml')):\n    print('yes' if validator.is_valid(yaml.safe_load(open(path))) else 'no')\n";
        var judged = ToolRun.Run("python3", "-c", program, schema, temp.Root).Succeed().Lines;
        Assert.Equal(cases.Select(text => $"{(IsRead(text) ? "yes" : "no")}: {text}"), judged.Zip(cases, (verdict, text) => $"{verdict}: {text}"));
        Assert.Contains("no", judged);
        Assert.True(judged.Count(verdict => verdict == "yes") > 20);
    }

    private static IEnumerable<string> Cases()
    {
        foreach (var table in RecipeKeys.All)
        {
            foreach (var key in table.Keys)
            {
                yield return WithExample(table.Name, key);
            }
        }

        foreach (var shipped in Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "recipes"), "*.yaml").Order(StringComparer.Ordinal))
        {
            yield return File.ReadAllText(shipped);
        }

        string[] wrong =
        [
            "recomends: true\n", "recommends: maybe\n", "prefer: largest\n", "keep: {versions: 0}\n", "keep: {version: 3}\n", "exclude: apt\n", "pins: [{package: nginx}]\n", "pins: [nginx]\n", "hold: [{package: openssl}]\n",
            "configure: chroot\n", "files: [{path: /x}]\n", "files: [{path: x, text: y}]\n", "hooks: {after-reboot: []}\n", "debconf: [x]\n", "instance-data: [/x]\n", "update: {class: security}\n", "update: {class: some}\n", "architecture: amd64\n", "devices: yes please\n",
        ];
        foreach (var more in wrong)
        {
            yield return App + more;
        }

        foreach (var (part, other) in ((string, string)[])[("format: 1", "format: 2"), ("name: nginx\n", ""), ("base: debian-12@[1.0,2.0)\n", ""), ("\"1.0\"", "one"), ("kind: app", "kind: apps")])
        {
            yield return App.Replace(part, other, StringComparison.Ordinal);
        }
    }

    private static bool IsRead(string text)
    {
        try
        {
            _ = RecipeYaml.Read(text, "/r/r.yaml");
            return true;
        }
        catch (EzException)
        {
            return false;
        }
    }

    /// <summary>A recipe in which the key stands as its example has it.</summary>
    private static string WithExample(string table, KeyEntry key) => table switch
    {
        "recipe" => Put(key.Family == PackageFamily.Rpm ? RpmOs : key.Place == KeyPlace.Os || key.Name == "repositories" ? Os : App, "", key),
        "repository" => Put(key.Family == PackageFamily.Rpm ? RpmOs : Os, "    ", key),
        "key" => Os.Replace("    keys: host\n", "    keys: [{file: keys/a.asc, fingerprint: 21CB256AE16FC54C6E652949702D426D350D275D}, 36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6]\n", StringComparison.Ordinal),
        "hold" => App + "hold: [{package: openssl, version: \"3.0.*\", reason: why, expires: 2026-12-31}]\n",
        "pin" => App + "pins: [{package: nginx, source: debian/*, priority: 700}]\n",
        "file" => App + "files: [{path: /etc/motd, text: \"Welcome\\n\", mode: \"0600\"}]\n",
        "hooks" => App + $"hooks: {{{key.Example}}}\n",
        "instance data" => App + "instance-data: [{path: /var/lib/mysql, command: mariadb-install-db}]\n",
        "keep policy" => App + $"keep: {{{key.Example}}}\n",
        _ => App + $"update: {{{key.Example}}}\n",
    };

    /// <summary>In place of the line that has it, else after it all; a block below the key goes with it.</summary>
    private static string Put(string recipe, string indent, KeyEntry key)
    {
        var lines = recipe.TrimEnd('\n').Split('\n').ToList();
        var at = lines.FindIndex(line => line.StartsWith($"{indent}{key.Name}:", StringComparison.Ordinal) || line.StartsWith($"{indent[..Math.Max(0, indent.Length - 2)]}- {key.Name}:", StringComparison.Ordinal));
        var line = at >= 0 && lines[at].TrimStart().StartsWith("- ", StringComparison.Ordinal) ? $"  - {key.Example}" : indent + key.Example;
        if (at < 0)
        {
            at = indent == "" ? lines.Count : lines.FindIndex(l => l.StartsWith("    keys:", StringComparison.Ordinal)) + 1;
            lines.Insert(at, line);
            return string.Join('\n', lines) + "\n";
        }

        lines[at] = line;
        if (key.Name == "repositories")
        {
            lines.RemoveAll(l => l.StartsWith("  ", StringComparison.Ordinal));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static JsonElement PropertiesOf(JsonElement schema, string table)
    {
        var recipe = schema.GetProperty("properties");
        return table switch
        {
            "recipe" => recipe,
            "repository" => recipe.GetProperty("repositories").GetProperty("items").GetProperty("properties"),
            "key" => PropertiesOf(schema, "repository").GetProperty("keys").GetProperty("anyOf")[1].GetProperty("items").GetProperty("anyOf")[1].GetProperty("properties"),
            "hold" => recipe.GetProperty("hold").GetProperty("items").GetProperty("properties"),
            "pin" => recipe.GetProperty("pins").GetProperty("items").GetProperty("properties"),
            "file" => recipe.GetProperty("files").GetProperty("items").GetProperty("properties"),
            "hooks" => recipe.GetProperty("hooks").GetProperty("properties"),
            "instance data" => recipe.GetProperty("instance-data").GetProperty("items").GetProperty("properties"),
            "keep policy" => recipe.GetProperty("keep").GetProperty("properties"),
            _ => recipe.GetProperty("update").GetProperty("properties"),
        };
    }
}
