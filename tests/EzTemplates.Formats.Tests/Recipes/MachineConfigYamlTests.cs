using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;
using Xunit;

namespace EzTemplates.Formats.Tests.Recipes;

public sealed class MachineConfigYamlTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512B", 512)]
    [InlineData("800MB", 800_000_000)]
    [InlineData("10 GB", 10_000_000_000)]
    [InlineData("1.5TB", 1_500_000_000_000)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("3k", 3000)]
    public void A_quota_is_read_as_people_write_it(string text, long bytes) =>
        Assert.Equal(bytes, MachineConfigYaml.Read($"archives: {{quota: {text}}}", "config.yaml").ArchiveQuota);

    [Theory]
    [InlineData("much")]
    [InlineData("-1GB")]
    [InlineData("10XB")]
    [InlineData("999999999999999TB")]
    public void What_is_no_number_of_bytes_is_told_with_its_place(string text)
    {
        var refused = Assert.Throws<EzException>(() => MachineConfigYaml.Read($"archives: {{quota: {text}}}", "config.yaml"));
        Assert.Equal((FailureKind.Usage, true), (refused.Kind, refused.Message.Contains("config.yaml", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_one_there_is_none() => Assert.Null(MachineConfigYaml.Read("mirrors: {}", "config.yaml").ArchiveQuota);
}
